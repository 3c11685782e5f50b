package dev.lockstep.loader.internal;

import dev.lockstep.loader.signing.SegmentDigest;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Hashes memory on a thread of its own while more of it is filled. Used by one thread; {@link #close()} waits for the hashing to
 * end, so that the memory may be freed afterwards.
 */
final class DigestThread implements AutoCloseable {
    /** Ends the queue: no piece of memory is empty. */
    private static final MemorySegment END = MemorySegment.NULL;

    private final BlockingQueue<MemorySegment> filled = new LinkedBlockingQueue<>();
    private final FutureTask<byte[]> hashing = new FutureTask<>(this::hashAll);
    private final Thread thread = Thread.ofPlatform().daemon().name("lockstep-digest").start(hashing);
    private volatile boolean abandoned;
    private boolean ended;

    private byte[] hashAll() throws InterruptedException {
        var digest = new SegmentDigest();
        for (MemorySegment next = filled.take(); next != END; next = filled.take()) {
            if (!abandoned) {
                digest.update(next);
            }
        }
        return digest.digest();
    }

    /** Hashes a piece of memory after those before it; its content must not change any more. */
    void add(MemorySegment piece) {
        filled.add(piece);
    }

    /** The SHA-256 of all pieces, 32 bytes. No piece can be added afterwards. */
    byte[] digest() {
        end();
        try {
            return hashing.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a file was hashed", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("hashing failed", e.getCause());
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            filled.add(END);
        }
    }

    /** Waits until no memory is looked at any more, also if hashing was not finished. */
    @Override
    public void close() {
        abandoned = true;
        end();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
