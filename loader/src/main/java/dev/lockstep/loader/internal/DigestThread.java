package dev.lockstep.loader.internal;

import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.SegmentDigest;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Hashes memory on a thread of its own while more of it is filled. Used by one thread; {@link #close()} waits for the hashing to
 * end, so that the memory may be freed afterwards.
 */
final class DigestThread implements AutoCloseable {
    /**
     * Some bytes of a shard; those of one shard come in their order, and no other's between them.
     *
     * @param bytes not to change until it was hashed
     */
    private record Piece(MemorySegment bytes, long shard) { }

    /** Ends the queue. */
    private static final Piece END = new Piece(MemorySegment.NULL, -1);

    private final BlockingQueue<Piece> filled = new LinkedBlockingQueue<>();
    private final FutureTask<Map<Long, byte[]>> hashing = new FutureTask<>(this::hashAll);
    private final SegmentDigest digest;
    private final Thread thread;
    private volatile boolean abandoned;
    private boolean ended;
    private long addedBytes;
    /** Guarded by this object. */
    private long hashedBytes;
    /** True if nothing more will be hashed; guarded by this object. */
    private boolean gone;

    DigestThread(HashAlgorithm algorithm) {
        digest = new SegmentDigest(algorithm);
        thread = Thread.ofPlatform().daemon().name("lockstep-digest").start(hashing);
    }

    private Map<Long, byte[]> hashAll() throws InterruptedException {
        try {
            return hashPieces();
        } finally {
            synchronized (this) {
                gone = true;
                notifyAll();
            }
        }
    }

    private Map<Long, byte[]> hashPieces() throws InterruptedException {
        var digests = new HashMap<Long, byte[]>();
        long shard = END.shard;
        for (Piece next = filled.take(); next != END; next = filled.take()) {
            if (shard != END.shard && next.shard != shard) {
                digests.put(shard, digest.digest());
            }
            shard = next.shard;
            if (!abandoned) {
                digest.update(next.bytes);
            }
            hashed(next.bytes.byteSize());
        }
        if (shard != END.shard) {
            digests.put(shard, digest.digest());
        }
        return digests;
    }

    private synchronized void hashed(long bytes) {
        hashedBytes += bytes;
        notifyAll();
    }

    /** Hashes a piece of memory after those before it. */
    void add(MemorySegment bytes, long shard) {
        addedBytes += bytes.byteSize();
        filled.add(new Piece(bytes, shard));
    }

    /** Waits until all that was added is hashed; its memory may then change. */
    synchronized void awaitHashed() {
        boolean interrupted = false;
        while (hashedBytes < addedBytes && !gone) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The digests by the number of the shard. No piece can be added afterwards. */
    Map<Long, byte[]> finish() {
        end();
        Waiting.forEndOf(List.of(thread));
        try {
            return hashing.get();
        } catch (InterruptedException | ExecutionException e) {
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
        Waiting.forEndOf(List.of(thread));
    }
}
