package dev.lockstep.loader.internal.hdf5;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Decompresses zlib streams from one piece of secure memory into another. Confined to one thread at a time; whoever made it closes it,
 * which overwrites the last 32 KiB of values that zlib keeps in memory of its own before that is freed.
 */
final class Inflating implements AutoCloseable {
    /** What deflate can refer back to, twice: enough to push everything out of zlib's window. */
    private static final int WINDOW_BYTES = 2 * (32 << 10);

    private final Inflater inflater = new Inflater();

    /**
     * @param target what it must fit into
     * @return the part of the target that was filled
     * @throws DataFormatException if the stream is damaged, ends early, or does not fit
     */
    MemorySegment inflate(MemorySegment stream, MemorySegment target) throws DataFormatException {
        inflater.reset();
        inflater.setInput(stream.asByteBuffer());
        ByteBuffer out = target.asByteBuffer();
        while (!inflater.finished()) {
            if (inflater.inflate(out) == 0 && !inflater.finished()) {
                throw new DataFormatException(out.hasRemaining() ? "it ends early" : "it expands to more than a chunk has");
            }
        }
        return target.asSlice(0, out.position());
    }

    @Override
    public void close() {
        try {
            overwriteWindow();
        } finally {
            inflater.end();
        }
    }

    private void overwriteWindow() {
        byte[] zeros = new byte[WINDOW_BYTES];
        inflater.reset();
        inflater.setInput(deflated(zeros));
        try {
            int inflated;
            do {
                // in pieces: what is asked for at once may never go through the window
                inflated = inflater.inflate(zeros, 0, WINDOW_BYTES / 4);
            } while (inflated > 0);
        } catch (DataFormatException e) {
            throw new IllegalStateException("zlib cannot read what it wrote", e);
        }
    }

    private static byte[] deflated(byte[] bytes) {
        var deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] stream = new byte[bytes.length];
            return Arrays.copyOf(stream, deflater.deflate(stream));
        } finally {
            deflater.end();
        }
    }
}
