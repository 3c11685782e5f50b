package dev.lockstep.loader.internal.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** Writes the fields of a GGUF file from front to back, little-endian. The channel is borrowed. One thread at a time. */
public final class GgufOutput {
    private static final int BUFFER_BYTES = 64 << 10;

    /** Bytes for one call of the channel: a byte buffer cannot span more than 2 GiB, and beyond a MiB larger calls gain nothing. */
    private static final long MAX_WRITE_BYTES = 1L << 20;

    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long flushedBytes;

    public GgufOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** Bytes written so far, those still in the buffer included. */
    public long offset() {
        return flushedBytes + buffer.position();
    }

    public void i8(long value) throws IOException {
        room(Byte.BYTES).put((byte) value);
    }

    public void i16(long value) throws IOException {
        room(Short.BYTES).putShort((short) value);
    }

    public void i32(long value) throws IOException {
        room(Integer.BYTES).putInt((int) value);
    }

    public void i64(long value) throws IOException {
        room(Long.BYTES).putLong(value);
    }

    public void f32(double value) throws IOException {
        room(Float.BYTES).putFloat((float) value);
    }

    public void f64(double value) throws IOException {
        room(Double.BYTES).putDouble(value);
    }

    /** A text with its length in front. */
    public void text(String text) throws IOException {
        text(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A UTF-8 text with its length in front. */
    public void text(byte[] utf8) throws IOException {
        i64(utf8.length);
        bytes(utf8);
    }

    /** Bytes as they are. */
    public void bytes(byte[] bytes) throws IOException {
        // A vocabulary is many short texts: one call of the channel for each would take longer than all the rest.
        if (bytes.length <= BUFFER_BYTES) {
            room(bytes.length).put(bytes);
        } else {
            flush();
            writeAll(ByteBuffer.wrap(bytes));
        }
    }

    public void type(GgufValueType type) throws IOException {
        i32(type.ordinal());
    }

    /** Zeros up to the next multiple of {@code alignment}, which may be none. */
    public void pad(int alignment) throws IOException {
        while (offset() % alignment != 0) {
            i8(0);
        }
    }

    /** Bytes as they are, without a detour through the heap. */
    public void bytes(MemorySegment bytes) throws IOException {
        flush();
        for (long done = 0; done < bytes.byteSize(); done += MAX_WRITE_BYTES) {
            writeAll(bytes.asSlice(done, Math.min(MAX_WRITE_BYTES, bytes.byteSize() - done)).asByteBuffer());
        }
    }

    /** Hands everything to the channel. */
    public void flush() throws IOException {
        buffer.flip();
        writeAll(buffer);
        buffer.clear();
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void writeAll(ByteBuffer source) throws IOException {
        flushedBytes += source.remaining();
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }
}
