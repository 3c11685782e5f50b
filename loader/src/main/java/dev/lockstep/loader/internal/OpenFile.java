package dev.lockstep.loader.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A file that was opened once, as a regular file, and is read by position from then on. Its size is that of the moment it was opened.
 * Any number of threads may read; whoever opened it closes it.
 */
public final class OpenFile implements PlainBytes, AutoCloseable {
    private final String name;
    private final FileChannel channel;
    private final long byteSize;

    /**
     * Reads for others: a thread that is interrupted while it reads a channel closes it for everybody, and threads of the
     * application are interrupted for reasons of their own.
     */
    private final ExecutorService reading =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("lockstep-read").factory());

    private OpenFile(String name, FileChannel channel) throws IOException {
        this.name = name;
        this.channel = channel;
        this.byteSize = channel.size();
    }

    /** @throws IOException if it cannot be opened or is not a regular file (symbolic links are not followed) */
    public static OpenFile of(Path file) throws IOException {
        requireRegularFile(file);
        var channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return new OpenFile(Objects.requireNonNullElse(file.getFileName(), file).toString(), channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Refuses anything but an existing regular file, without opening it. */
    public static void requireRegularFile(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a symbolic link; name the file itself");
        }
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString(), null, "no such file");
        }
        // Asked before opening: to open a named pipe would wait for a writer.
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is not a regular file");
        }
    }

    /** Name of the file, without its folder. */
    @Override
    public String name() {
        return name;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public void requireSameSize() throws IOException {
        if (channel.size() != byteSize) {
            throw new IOException(name + " changed its size while it was read");
        }
    }

    /** Fills a segment from any position on. An interrupt closes the file. */
    @Override
    public void read(long offset, MemorySegment target) throws IOException {
        read(offset, target.asByteBuffer());
    }

    /** The same for {@code count} bytes of an array. */
    public void read(long offset, byte[] target, int targetOffset, int count) throws IOException {
        read(offset, ByteBuffer.wrap(target, targetOffset, count).slice());
    }

    private void read(long offset, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException(name + " was cut: " + byteSize + " bytes were expected");
            }
        }
    }

    /** The same, but an interrupt does nothing except to stay pending. */
    void readUninterrupted(long offset, MemorySegment target) throws IOException {
        Future<?> read = reading.submit(() -> {
            read(offset, target);
            return null;
        });
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    read.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof IOException cause ? cause : new IOException(name + " cannot be read", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        reading.shutdown();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be closed", e);
        }
    }
}
