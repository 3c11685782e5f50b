package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import io.jhdf.Constants;
import io.jhdf.FractalHeap;
import io.jhdf.GlobalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.AttributeNameForIndexedAttributesRecord;
import io.jhdf.object.message.AttributeInfoMessage;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what stands in front of every object: messages, among them its attributes. Confined to the thread of the structures. */
final class ObjectHeaders {
    /** A header in a hundred pieces; those of today's files have a few. */
    private static final long HEADER_READS = 512;

    /** A tree and a heap of attributes. */
    private static final long ATTRIBUTE_READS = 4096;

    /** Keras and h5py write a handful for each object. */
    private static final int MAX_ATTRIBUTES = 1024;

    private final BoundedStorage storage;
    private final Map<Long, GlobalHeap> heaps = new HashMap<>();

    ObjectHeaders(BoundedStorage storage) {
        this.storage = storage;
    }

    /** @param path of the object, for messages */
    ObjectHeader read(String path, long address) {
        storage.beginHeader(HEADER_READS);
        ObjectHeader header;
        try {
            header = ObjectHeader.readObjectHeader(storage, address);
        } catch (RuntimeException e) {
            throw Malformed.of(storage.name(), address, path, e);
        }
        for (Message message : header.getMessages()) {
            if (message.isMessageShared()) {
                throw fault(path, address, "shares part of its description with other objects (a committed type, say), which is not supported");
            }
        }
        return header;
    }

    /** The attributes of an object, wherever they are stored. */
    Attributes attributes(String path, ObjectHeader header) {
        List<AttributeMessage> messages = new ArrayList<>(header.getMessagesOfType(AttributeMessage.class));
        if (header.hasMessageOfType(AttributeInfoMessage.class)) {
            messages.addAll(indexed(header.getMessageOfType(AttributeInfoMessage.class)));
        }
        if (messages.size() > MAX_ATTRIBUTES) {
            throw fault(path, header.getAddress(), "has " + messages.size() + " attributes; up to " + MAX_ATTRIBUTES + " are supported");
        }
        var byName = new HashMap<String, AttributeMessage>();
        for (AttributeMessage message : messages) {
            if (byName.put(message.getName(), message) != null) {
                throw fault(path, header.getAddress(), "has an attribute twice");
            }
        }
        return new Attributes(storage, path, byName, heaps);
    }

    private List<AttributeMessage> indexed(AttributeInfoMessage info) {
        if (info.getFractalHeapAddress() == Constants.UNDEFINED_ADDRESS) {
            return List.of();
        }
        storage.begin(ATTRIBUTE_READS, MAX_ATTRIBUTES);
        var heap = new FractalHeap(storage, info.getFractalHeapAddress());
        var tree = new BTreeV2<AttributeNameForIndexedAttributesRecord>(storage, info.getAttributeNameBTreeAddress());
        return tree.getRecords().stream()
                .map(record -> new AttributeMessage(heap.getId(record.getHeapId()), storage, record.getFlags()))
                .toList();
    }

    private ModelFormatException fault(String path, long address, String problem) {
        return new ModelFormatException(storage.name(), address, path, problem);
    }
}
