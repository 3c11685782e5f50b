package dev.lockstep.guard.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Goes through the lines of a file, however long they are, in bounded memory. Not thread-safe. */
final class LineReader implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final int maxBytes;
    private long offset;

    /**
     * A line.
     *
     * @param bytes without the line feed; of one that is too long, one more than the limit
     * @param offset of its first byte in the file
     * @param isComplete false if the file ends before the line does
     */
    record Line(byte[] bytes, long offset, boolean isComplete) { }

    /**
     * @param from the offset of the first line
     * @param maxBytes what is kept of a line
     */
    LineReader(Path path, long from, int maxBytes) throws IOException {
        this.file = PublicFile.open(path);
        this.maxBytes = maxBytes;
        this.offset = from;
        try {
            file.position(from);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The next line, or null at the end of the file. */
    Line next() throws IOException {
        long start = offset;
        var bytes = new ByteArrayOutputStream();
        while (fill()) {
            int length = untilLineFeed();
            boolean ends = length < buffer.remaining();
            keep(length, bytes);
            if (ends) {
                buffer.get();
                offset++;
                return new Line(bytes.toByteArray(), start, true);
            }
        }
        return offset == start ? null : new Line(bytes.toByteArray(), start, false);
    }

    /** False at the end of the file. */
    private boolean fill() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear();
            int count = file.read(buffer);
            buffer.flip();
            return count > 0;
        }
        return true;
    }

    private int untilLineFeed() {
        int length = 0;
        while (length < buffer.remaining() && buffer.get(buffer.position() + length) != '\n') {
            length++;
        }
        return length;
    }

    private void keep(int length, ByteArrayOutputStream bytes) {
        int kept = Math.min(length, maxBytes + 1 - bytes.size());
        bytes.write(buffer.array(), buffer.position(), kept);
        buffer.position(buffer.position() + length);
        offset += length;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
