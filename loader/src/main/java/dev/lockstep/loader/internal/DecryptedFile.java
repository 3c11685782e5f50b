package dev.lockstep.loader.internal;

import dev.lockstep.loader.age.AgeReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * An encrypted file as its plaintext, decrypted straight into the caller's memory by several threads. Whoever opens it closes it; the
 * reader stays the caller's.
 */
final class DecryptedFile implements PlainBytes, AutoCloseable {
    private final String name;
    private final AgeReader reader;
    private final int threads;
    private final ExecutorService pool;

    /** @param name of the plaintext */
    DecryptedFile(String name, AgeReader reader, int threads) {
        this.name = name;
        this.reader = reader;
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("lockstep-decrypt-", 0).factory());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long byteSize() {
        return reader.byteSize();
    }

    /** From a position that begins a chunk, and to one or to the end. */
    @Override
    public void read(long offset, MemorySegment target) throws IOException {
        long first = offset / AgeReader.CHUNK_BYTES;
        long count = Math.ceilDiv(target.byteSize(), (long) AgeReader.CHUNK_BYTES);
        var parts = IntStream.range(0, threads).<Callable<Void>>mapToObj(part -> () -> {
            decrypt(first, part * count / threads, (part + 1) * count / threads, target);
            return null;
        }).toList();
        try {
            for (Future<Void> part : pool.invokeAll(parts)) {
                part.get();
            }
        } catch (InterruptedException e) {
            // they write to memory of the caller's, who may free it as soon as this returns
            pool.close();
            Thread.currentThread().interrupt();
            throw new IOException(name + ": interrupted while it was decrypted", e);
        } catch (ExecutionException e) {
            rethrow(e.getCause());
        }
    }

    private static void rethrow(Throwable cause) throws IOException {
        switch (cause) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("decrypting failed", cause);
        }
    }

    private void decrypt(long first, long from, long to, MemorySegment target) throws IOException {
        try (var chunks = reader.newChunks()) {
            for (long chunk = from; chunk < to; chunk++) {
                chunks.decrypt(first + chunk, target, chunk * AgeReader.CHUNK_BYTES);
            }
        }
    }

    /** The last chunk was decrypted as the last one, so there is nothing behind it. */
    @Override
    public void requireSameSize() {
    }

    /** Waits for the threads. */
    @Override
    public void close() {
        pool.close();
    }
}
