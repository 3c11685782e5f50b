package dev.lockstep.testkit;

import dev.lockstep.testkit.Hdf5Writer.Dataset;
import dev.lockstep.testkit.Hdf5Writer.Group;
import dev.lockstep.testkit.Hdf5Writer.Link;
import dev.lockstep.testkit.Hdf5Writer.Node;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The bytes of a file, laid out from front to back. Section numbers are those of the HDF5 File Format Specification 3.0. */
final class Hdf5Image {
    private static final long UNDEFINED = -1;
    private static final int SUPERBLOCK_BYTES = 96;
    private static final int ROOT_ENTRY = 56;

    /** Entries of a node of a group's tree are twice this. */
    private static final int TREE_K = 16;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Set<Node> written = new HashSet<>();

    /** A message of a header, by its number (IV.A.2). */
    private record Message(int type, byte[] body) { }

    Hdf5Image(Group root) {
        out.writeBytes(new byte[SUPERBLOCK_BYTES]);
        write(root);
        byte[] image = out.toByteArray();
        superblock(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN), root.address, image.length);
        out.reset();
        out.writeBytes(image);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** II.A. */
    private static void superblock(ByteBuffer file, long root, long fileBytes) {
        file.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'});
        file.put(new byte[] {0, 0, 0, 0, 0, 8, 8, 0}).putShort((short) 4).putShort((short) TREE_K).putInt(0);
        file.putLong(0).putLong(UNDEFINED).putLong(fileBytes).putLong(UNDEFINED);
        file.position(ROOT_ENTRY).putLong(0).putLong(root).putInt(0);
    }

    private void write(Node node) {
        if (written.add(node)) {
            switch (node) {
                case Group group -> write(group);
                case Dataset dataset -> write(dataset);
            }
        }
    }

    private void write(Group group) {
        for (Link link : group.links.values()) {
            if (link instanceof Link.Hard(Node node)) {
                write(node);
            }
        }
        boolean isOld = group.links.values().stream().noneMatch(link -> link instanceof Link.External);
        group.address = header(group, isOld ? List.of(symbolTable(group)) : links(group));
    }

    /** III.A.1, III.B, III.D and IV.A.2.r. */
    private Message symbolTable(Group group) {
        var names = new ByteArrayOutputStream();
        names.writeBytes(new byte[8]);
        ByteBuffer entries = buffer(8 + 40 * group.links.size());
        entries.put("SNOD".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0).putShort((short) group.links.size());
        int last = 0;
        for (Map.Entry<String, Link> entry : group.links.entrySet()) {
            last = names.size();
            entries.putLong(last);
            add(names, entry.getKey());
            switch (entry.getValue()) {
                case Link.Hard(Node node) -> entries.putLong(node.address).putLong(0).putLong(0).putLong(0);
                case Link.Soft(String path) -> {
                    entries.putLong(UNDEFINED).putInt(2).putInt(0).putInt(names.size()).putInt(0).putLong(0);
                    add(names, path);
                }
                case Link.External _ -> throw new IllegalStateException("not in an old group");
            }
        }
        long node = append(entries.array());
        long data = append(names.toByteArray());
        long heap = append(buffer(32).put("HEAP".getBytes(StandardCharsets.US_ASCII)).putInt(0).putLong(names.size()).putLong(1).putLong(data)
                .array());
        ByteBuffer tree = buffer(24 + (4 * TREE_K + 1) * 8);
        tree.put("TREE".getBytes(StandardCharsets.US_ASCII)).put((byte) 0).put((byte) 0).putShort((short) 1).putLong(UNDEFINED).putLong(UNDEFINED);
        tree.putLong(0).putLong(node).putLong(last);
        long root = append(tree.array());
        return new Message(17, buffer(16).putLong(root).putLong(heap).array());
    }

    /** Names in the heap are padded to eight bytes. */
    private static void add(ByteArrayOutputStream names, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        names.writeBytes(bytes);
        names.writeBytes(new byte[8 - bytes.length % 8]);
    }

    /** IV.A.2.c and IV.A.2.g. */
    private static List<Message> links(Group group) {
        var messages = new ArrayList<Message>();
        messages.add(new Message(2, buffer(18).put((byte) 0).put((byte) 0).putLong(UNDEFINED).putLong(UNDEFINED).array()));
        group.links.forEach((name, link) -> messages.add(new Message(6, link(name.getBytes(StandardCharsets.UTF_8), link))));
        return messages;
    }

    private static byte[] link(byte[] name, Link link) {
        return switch (link) {
            case Link.Hard(Node node) -> linkStart(name, 0, 8).putLong(node.address).array();
            case Link.Soft(String path) -> {
                byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
                yield linkStart(name, 1, 2 + bytes.length).putShort((short) bytes.length).put(bytes).array();
            }
            case Link.External(String file, String path) -> {
                byte[] bytes = ('\0' + file + '\0' + path + '\0').getBytes(StandardCharsets.UTF_8);
                yield linkStart(name, 64, 2 + bytes.length).putShort((short) bytes.length).put(bytes).array();
            }
        };
    }

    private static ByteBuffer linkStart(byte[] name, int type, int rest) {
        return buffer(4 + name.length + rest).put((byte) 1).put((byte) 8).put((byte) type).put((byte) name.length).put(name);
    }

    private void write(Dataset dataset) {
        var messages = new ArrayList<Message>();
        messages.add(new Message(1, dataSpace(dataset.shape)));
        messages.add(new Message(3, dataset.type.message()));
        if (dataset.chunk == null) {
            long address = dataset.externalFile == null ? append(dataset.values) : UNDEFINED;
            messages.add(new Message(8, buffer(18).put((byte) 3).put((byte) 1).putLong(address).putLong(dataset.values.length).array()));
        } else {
            chunked(dataset, messages);
        }
        if (dataset.externalFile != null) {
            messages.add(new Message(7, new byte[16]));
        }
        dataset.address = header(dataset, messages);
    }

    private void chunked(Dataset dataset, List<Message> messages) {
        var chunks = new Hdf5Chunks(dataset);
        if (chunks.filters().length > 0) {
            messages.add(new Message(11, chunks.filters()));
        }
        int rank = dataset.shape.length;
        ByteBuffer layout = buffer(11 + 4 * (rank + 1)).put((byte) 3).put((byte) 2).put((byte) (rank + 1));
        layout.putLong(chunks.writeTree(this::append));
        for (int length : dataset.chunk) {
            layout.putInt(length);
        }
        messages.add(new Message(8, layout.putInt(dataset.type.bytes()).array()));
    }

    /** IV.A.2.b. */
    private static byte[] dataSpace(long[] shape) {
        ByteBuffer space = buffer(8 + 8 * shape.length).put((byte) 1).put((byte) shape.length).position(8);
        for (long length : shape) {
            space.putLong(length);
        }
        return space.array();
    }

    /** IV.A.1.a; attributes are messages like others. */
    private long header(Node node, List<Message> own) {
        var messages = new ArrayList<>(own);
        node.attributes.forEach((name, value) -> messages.add(new Message(12, attribute(name, value))));
        var body = new ByteArrayOutputStream();
        for (Message message : messages) {
            int padded = Math.ceilDiv(message.body.length, 8) * 8;
            body.writeBytes(buffer(8).putShort((short) message.type).putShort((short) padded).array());
            body.writeBytes(Arrays.copyOf(message.body, padded));
        }
        ByteBuffer prefix = buffer(16).put((byte) 1).put((byte) 0).putShort((short) messages.size()).putInt(1).putInt(body.size());
        long address = append(prefix.array());
        append(body.toByteArray());
        return address;
    }

    /** IV.A.2.m, version 1. */
    private static byte[] attribute(String name, Object value) {
        byte[] values = value instanceof String text ? (text + '\0').getBytes(StandardCharsets.UTF_8) : bytes((float[]) value);
        byte[] type = value instanceof String ? text(values.length) : Hdf5Writer.Type.F32.message();
        byte[] space = dataSpace(value instanceof String ? new long[0] : new long[] {values.length / Float.BYTES});
        byte[] nameBytes = (name + '\0').getBytes(StandardCharsets.UTF_8);
        var attribute = new ByteArrayOutputStream();
        attribute.writeBytes(buffer(8).put((byte) 1).put((byte) 0).putShort((short) nameBytes.length).putShort((short) type.length)
                .putShort((short) space.length).array());
        for (byte[] part : List.of(nameBytes, type, space)) {
            attribute.writeBytes(Arrays.copyOf(part, Math.ceilDiv(part.length, 8) * 8));
        }
        attribute.writeBytes(values);
        return attribute.toByteArray();
    }

    private static byte[] text(int length) {
        return buffer(8).put((byte) 0x13).put((byte) 0x10).putShort((short) 0).putInt(length).array();
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = buffer(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    /** Everything begins at a multiple of eight bytes. */
    private long append(byte[] bytes) {
        out.writeBytes(new byte[(8 - out.size() % 8) % 8]);
        long address = out.size();
        out.writeBytes(bytes);
        return address;
    }

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
