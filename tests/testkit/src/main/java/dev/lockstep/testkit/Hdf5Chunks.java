package dev.lockstep.testkit;

import dev.lockstep.testkit.Hdf5Writer.Dataset;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;
import java.util.zip.Deflater;

/** The chunks of a dataset, each through the filters, and the tree that says where they are (III.A.1). */
final class Hdf5Chunks {
    /** Entries of a node of the tree: what the library assumes if a file says nothing. */
    private static final int TREE_ENTRIES = 64;

    private final Dataset dataset;

    Hdf5Chunks(Dataset dataset) {
        this.dataset = dataset;
    }

    /** The message of the filters, or nothing (IV.A.2.l). */
    byte[] filters() {
        var filters = new ByteArrayOutputStream();
        int count = 0;
        count += dataset.shuffled ? filter(filters, 2, dataset.type.bytes()) : 0;
        count += dataset.deflated ? filter(filters, 1, 4) : 0;
        count += dataset.summed ? filter(filters, 3) : 0;
        count += dataset.unknownFilter != 0 ? filter(filters, dataset.unknownFilter) : 0;
        return count == 0 ? new byte[0]
                : Hdf5Image.buffer(8 + filters.size()).put((byte) 1).put((byte) count).position(8).put(filters.toByteArray()).array();
    }

    /** Values are padded to an even number of them. */
    private static int filter(ByteArrayOutputStream filters, int number, int... values) {
        ByteBuffer filter = Hdf5Image.buffer(8 + 8 * Math.ceilDiv(values.length, 2));
        filter.putShort((short) number).putShort((short) 0).putShort((short) 0).putShort((short) values.length);
        for (int value : values) {
            filter.putInt(value);
        }
        filters.writeBytes(filter.array());
        return 1;
    }

    /** @param append writes bytes and says where */
    long writeTree(ToLongFunction<byte[]> append) {
        int rank = dataset.shape.length;
        ByteBuffer tree = Hdf5Image.buffer(24 + TREE_ENTRIES * 8 + (TREE_ENTRIES + 1) * (8 + 8 * (rank + 1)));
        tree.position(24);
        long[] first = new long[rank];
        int count = 0;
        do {
            byte[] stored = stored(first);
            long address = append.applyAsLong(stored);
            key(tree, stored.length, first).putLong(address);
            count++;
        } while (advance(first));
        key(tree, 0, dataset.shape);
        tree.rewind().put(new byte[] {'T', 'R', 'E', 'E', 1, 0}).putShort((short) count).putLong(-1).putLong(-1);
        return append.applyAsLong(tree.array());
    }

    private static ByteBuffer key(ByteBuffer tree, int storedBytes, long[] first) {
        tree.putInt(storedBytes).putInt(0);
        for (long place : first) {
            tree.putLong(place);
        }
        return tree.putLong(0);
    }

    /** Moves to the next chunk; false after the last one. */
    private boolean advance(long[] first) {
        for (int i = first.length - 1; i >= 0; i--) {
            first[i] += dataset.chunk[i];
            if (first[i] < dataset.shape[i]) {
                return true;
            }
            first[i] = 0;
        }
        return false;
    }

    private byte[] stored(long[] first) {
        byte[] bytes = values(first);
        bytes = dataset.shuffled ? shuffled(bytes, dataset.type.bytes()) : bytes;
        bytes = dataset.deflated ? deflated(bytes) : bytes;
        return dataset.summed ? summed(bytes) : bytes;
    }

    /** Zeros where a chunk reaches over the end. */
    private byte[] values(long[] first) {
        int count = 1;
        for (int length : dataset.chunk) {
            count *= length;
        }
        byte[] bytes = new byte[count * dataset.type.bytes()];
        for (int i = 0; i < count; i++) {
            long index = 0;
            boolean isInside = true;
            int left = i;
            int below = count;
            for (int d = 0; d < first.length; d++) {
                below /= dataset.chunk[d];
                long place = first[d] + left / below;
                left %= below;
                isInside &= place < dataset.shape[d];
                index = index * dataset.shape[d] + place;
            }
            if (isInside) {
                System.arraycopy(dataset.values, (int) index * dataset.type.bytes(), bytes, i * dataset.type.bytes(), dataset.type.bytes());
            }
        }
        return bytes;
    }

    private static byte[] shuffled(byte[] bytes, int elementBytes) {
        byte[] shuffled = new byte[bytes.length];
        int count = bytes.length / elementBytes;
        for (int i = 0; i < bytes.length; i++) {
            shuffled[i % elementBytes * count + i / elementBytes] = bytes[i];
        }
        return shuffled;
    }

    /** A zlib stream. */
    private static byte[] deflated(byte[] bytes) {
        var deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            var stream = new ByteArrayOutputStream();
            byte[] piece = new byte[4096];
            while (!deflater.finished()) {
                stream.write(piece, 0, deflater.deflate(piece));
            }
            return stream.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** With Fletcher's checksum of 32 bits behind it, computed modulo 65535 after each pair. */
    private static byte[] summed(byte[] bytes) {
        int sum = 0;
        int sumOfSums = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            int pair = (bytes[i] & 0xFF) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xFF : 0);
            sum = reduced(sum + pair);
            sumOfSums = reduced(sumOfSums + sum);
        }
        return Hdf5Image.buffer(bytes.length + 4).put(bytes).putInt(sumOfSums << 16 | sum).array();
    }

    private static int reduced(int sum) {
        return sum > 65535 ? sum - 65535 : sum;
    }
}
