package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.gguf.Utf8;
import io.jhdf.Constants;
import io.jhdf.FractalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.LocalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.SymbolTableEntry;
import io.jhdf.btree.BTreeV1;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.LinkMessage;
import io.jhdf.object.message.SymbolTableMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The names in a group and where their objects are. Only links to objects of the same file by their address are followed: others are
 * refused by name, so that no file can make this program open another one. Confined to the thread of the structures.
 */
final class Groups {
    /** Bytes of a name in a group; Keras and Hugging Face have names of up to some hundred. */
    private static final int MAX_NAME_BYTES = 1024;

    /** Three for each node of a tree that holds {@link LoadLimits#MAX_TENSORS} names, of which a node has eight or more. */
    private static final long TREE_READS = 3L * LoadLimits.MAX_TENSORS / 8;

    /** One for each name, and one for each node of several names. */
    private static final long NAME_READS = 2L * LoadLimits.MAX_TENSORS;

    /** What the scratch space of an entry of an old group is used for. */
    private static final int SOFT_LINK = 2;

    private final BoundedStorage storage;

    Groups(BoundedStorage storage) {
        this.storage = storage;
    }

    /**
     * An object in a group.
     *
     * @param address of its header, in bytes from the start of the file
     */
    record Entry(String name, long address) { }

    static boolean isGroup(ObjectHeader header) {
        return header.hasMessageOfType(SymbolTableMessage.class) || header.hasMessageOfType(LinkInfoMessage.class);
    }

    /** @param path of the group, for messages */
    List<Entry> entries(String path, ObjectHeader group) {
        return group.hasMessageOfType(SymbolTableMessage.class)
                ? oldEntries(path, group.getMessageOfType(SymbolTableMessage.class))
                : newEntries(path, group);
    }

    private List<Entry> oldEntries(String path, SymbolTableMessage table) {
        storage.begin(TREE_READS, 0);
        List<Long> nodes = BTreeV1.createGroupBTree(storage, table.getBTreeAddress()).getChildAddresses();
        storage.begin(NAME_READS, 0);
        ByteBuffer names = new LocalHeap(storage, table.getLocalHeapAddress()).getDataBuffer();
        var entries = new ArrayList<Entry>();
        for (long node : nodes) {
            for (SymbolTableEntry entry : new GroupSymbolTableNode(storage, node).getSymbolTableEntries()) {
                String name = nameAt(path, names, entry.getLinkNameOffset());
                if (entry.getCacheType() == SOFT_LINK) {
                    throw linkFault(path, name, "a soft link to " + quoted(nameAt(path, names, entry.getLinkValueOffset())));
                }
                entries.add(new Entry(name, entry.getObjectHeaderAddress()));
            }
        }
        return entries;
    }

    /** Not with jHDF's own method, which would look for the end of a name in all of the heap. */
    private String nameAt(String path, ByteBuffer names, int offset) {
        int end = offset;
        while (end < names.limit() && names.get(end) != 0 && end - offset < MAX_NAME_BYTES) {
            end++;
        }
        byte[] name = new byte[end - offset];
        if (end == names.limit() || names.get(end) != 0) {
            throw fault(path, "holds a name without end, or of more than " + MAX_NAME_BYTES + " bytes");
        }
        names.get(offset, name);
        if (!Utf8.isValid(name, 0, name.length)) {
            throw fault(path, "holds a name that is not valid UTF-8");
        }
        return new String(name, StandardCharsets.UTF_8);
    }

    private List<Entry> newEntries(String path, ObjectHeader group) {
        LinkInfoMessage info = group.getMessageOfType(LinkInfoMessage.class);
        List<LinkMessage> links = info.getBTreeNameIndexAddress() == Constants.UNDEFINED_ADDRESS
                ? group.getMessagesOfType(LinkMessage.class)
                : indexedLinks(info);
        return links.stream().map(link -> entry(path, link)).toList();
    }

    private List<LinkMessage> indexedLinks(LinkInfoMessage info) {
        storage.begin(TREE_READS, LoadLimits.MAX_TENSORS);
        List<LinkNameForIndexedGroupRecord> records =
                new BTreeV2<LinkNameForIndexedGroupRecord>(storage, info.getBTreeNameIndexAddress()).getRecords();
        storage.begin(NAME_READS, 0);
        var heap = new FractalHeap(storage, info.getFractalHeapAddress());
        return records.stream().map(record -> LinkMessage.fromBuffer(heap.getId(record.getId()), storage.getSuperblock())).toList();
    }

    private Entry entry(String path, LinkMessage link) {
        return switch (link.getLinkType()) {
            case HARD -> new Entry(requireShort(path, link.getLinkName()), link.getHardLinkAddress());
            case SOFT -> throw linkFault(path, link.getLinkName(), "a soft link to " + quoted(link.getSoftLink()));
            case EXTERNAL -> throw linkFault(path, link.getLinkName(), "an external link to " + quoted(link.getExternalPath())
                    + " in the file " + quoted(link.getExternalFile()));
        };
    }

    private String requireShort(String path, String name) {
        if (name.length() > MAX_NAME_BYTES) {
            throw fault(path, "holds a name of more than " + MAX_NAME_BYTES + " bytes");
        }
        return name;
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private ModelFormatException linkFault(String path, String name, String link) {
        return fault(path + name, "is " + link + "; objects of this file are supported, and nothing else is ever opened");
    }

    private ModelFormatException fault(String path, String problem) {
        return new ModelFormatException(storage.name(), ModelFormatException.NO_OFFSET, path, problem);
    }
}
