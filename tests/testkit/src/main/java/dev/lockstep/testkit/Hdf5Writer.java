package dev.lockstep.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes small HDF5 files as h5py does by default (HDF5 File Format Specification 3.0: superblock 0, version 1 headers, symbol-table
 * groups), and on demand such as no honest program writes. Names come out in the order of their bytes.
 */
public final class Hdf5Writer {
    /** An object of a file, with attributes. */
    public abstract static sealed class Node permits Group, Dataset {
        final Map<String, Object> attributes = new LinkedHashMap<>();
        /** Where its header is, in bytes; known after the first pass. */
        long address;

        /** Gives it a text. */
        public Node text(String name, String value) {
            attributes.put(name, value);
            return this;
        }

        /** Gives it numbers. */
        public Node numbers(String name, float... values) {
            attributes.put(name, values);
            return this;
        }
    }

    /** A link by name. */
    sealed interface Link {
        /** To an object of the file. */
        record Hard(Node node) implements Link { }

        /** To a path. */
        record Soft(String path) implements Link { }

        /** To a path in another file. */
        record External(String file, String path) implements Link { }
    }

    /** A group. */
    public static final class Group extends Node {
        final Map<String, Link> links = new TreeMap<>();

        /** A group in it, made if it is not there. */
        public Group group(String name) {
            return links.computeIfAbsent(name, _ -> new Link.Hard(new Group())) instanceof Link.Hard(Group group) ? group : null;
        }

        /** A dataset in it; groups in front of slashes are made if they are not there. */
        public Dataset dataset(String path, Type type, byte[] values, long... shape) {
            int slash = path.indexOf('/');
            if (slash >= 0) {
                return group(path.substring(0, slash)).dataset(path.substring(slash + 1), type, values, shape);
            }
            var dataset = new Dataset(type, values, shape);
            links.put(path, new Link.Hard(dataset));
            return dataset;
        }

        /** The same with floats, as contiguous float32. */
        public Dataset floats(String path, float[] values, long... shape) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return dataset(path, Type.F32, bytes.array(), shape);
        }

        /** Another name of an object. */
        public void hardLink(String name, Node node) {
            links.put(name, new Link.Hard(node));
        }

        public void softLink(String name, String path) {
            links.put(name, new Link.Soft(path));
        }

        public void externalLink(String name, String file, String path) {
            links.put(name, new Link.External(file, path));
        }
    }

    /**
     * How values are stored.
     *
     * @param bytes size of a value
     * @param message as a header states it (IV.A.2.d)
     */
    public record Type(String name, int bytes, byte[] message) {
        public static final Type F32 = number("F32", 4, 0x11, 0x20, 31, 0, 32, 23, 8, 0, 23, 127);
        public static final Type BIG_ENDIAN_F32 = number("big-endian F32", 4, 0x11, 0x21, 31, 0, 32, 23, 8, 0, 23, 127);
        public static final Type F16 = number("F16", 2, 0x11, 0x20, 15, 0, 16, 10, 5, 0, 10, 15);
        public static final Type I8 = new Type("I8", 1, message(1, 0x10, 0x08, 0, 0).put(new byte[] {0, 0, 8, 0}).array());
        public static final Type OPAQUE = new Type("opaque", 2, message(2, 0x15, 8, 0, 0).put((byte) '?').array());
        /** Two bytes without a tag: what h5py makes of a type that it does not know. */
        public static final Type UNTAGGED = new Type("untagged", 2, Arrays.copyOf(message(2, 0x15, 0, 0, 0).array(), 8));
        public static final Type OBJECT_REFERENCE = new Type("object reference", 8, message(8, 0x17, 0, 0, 0).array());
        public static final Type REGION_REFERENCE = new Type("region reference", 12, message(12, 0x17, 1, 0, 0).array());

        /** Lists of lists of lists ... of bytes. */
        public static Type nested(int depth) {
            var message = new ByteArrayOutputStream();
            for (int i = 0; i < depth; i++) {
                message.write(message(16, 0x19, 0, 0, 0).array(), 0, HEAD_BYTES);
            }
            message.writeBytes(I8.message);
            return new Type("nested", 16, message.toByteArray());
        }

        private static final int HEAD_BYTES = 8;
        private static final int MAX_BYTES = 20;

        private static Type number(String name, int bytes, int head, int bits, int sign, int offset, int precision, int exponent,
                int exponentBits, int fraction, int fractionBits, int bias) {
            return new Type(name, bytes, message(bytes, head, bits, sign, 0).putShort((short) offset).putShort((short) precision)
                    .put((byte) exponent).put((byte) exponentBits).put((byte) fraction).put((byte) fractionBits).putInt(bias).array());
        }

        /** With room for properties behind it. */
        private static ByteBuffer message(int bytes, int head, int... bits) {
            ByteBuffer message = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN).put((byte) head);
            for (int each : bits) {
                message.put((byte) each);
            }
            return message.putInt(bytes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A dataset: side by side, unless it is asked for in chunks. */
    public static final class Dataset extends Node {
        final Type type;
        final byte[] values;
        final long[] shape;
        int[] chunk;
        boolean shuffled;
        boolean deflated;
        boolean summed;
        int unknownFilter;
        String externalFile;

        private Dataset(Type type, byte[] values, long... shape) {
            this.type = type;
            this.values = values;
            this.shape = shape;
        }

        /** As they were given. */
        public byte[] values() {
            return values.clone();
        }

        /** Cut into chunks of this shape. */
        public Dataset chunked(int... shapeOfChunk) {
            chunk = shapeOfChunk;
            return this;
        }

        /** With the filters of that name, each applied to every chunk. */
        public Dataset filtered(boolean shuffle, boolean deflate, boolean fletcher32) {
            shuffled = shuffle;
            deflated = deflate;
            summed = fletcher32;
            return this;
        }

        /** Says that a filter was applied that was not. */
        public Dataset unknownFilter(int number) {
            unknownFilter = number;
            return this;
        }

        /** Says that its values are in another file. */
        public Dataset external(String file) {
            externalFile = file;
            return this;
        }
    }

    private final Group root = new Group();

    public Group root() {
        return root;
    }

    /** The file. */
    public byte[] bytes() {
        // what a header takes does not depend on what is in it: the second pass knows all addresses
        new Hdf5Image(root);
        return new Hdf5Image(root).bytes();
    }
}
