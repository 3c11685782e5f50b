package dev.lockstep.loader.internal;

import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Hashes a file beside the thread that reads it: as a whole on one thread, its shards on several. Pieces are added in their
 * order. Used once; one thread adds.
 */
final class ParallelDigest implements AutoCloseable {
    private final HashPlan plan;
    private final DigestThread[] threads;
    private long byteSize;

    /** @param maxThreads threads to use at most */
    ParallelDigest(HashPlan plan, int maxThreads) {
        this.plan = plan;
        int count = plan.isSharded() ? Math.max(1, maxThreads) : 1;
        threads = IntStream.range(0, count).mapToObj(_ -> new DigestThread(plan.algorithm())).toArray(DigestThread[]::new);
    }

    /** Adds the next bytes of the file; their content must not change until they are hashed. */
    void add(MemorySegment piece) {
        for (long at = 0; at < piece.byteSize();) {
            long rest = piece.byteSize() - at;
            long shard = plan.isSharded() ? byteSize / plan.shardBytes() : 0;
            long part = plan.isSharded() ? Math.min(rest, (shard + 1) * plan.shardBytes() - byteSize) : rest;
            threads[(int) (shard % threads.length)].add(piece.asSlice(at, part), shard);
            at += part;
            byteSize += part;
        }
    }

    /** Waits until all that was added is hashed; its memory may then change. */
    void awaitHashed() {
        for (DigestThread thread : threads) {
            thread.awaitHashed();
        }
    }

    /** The digests of all that was added. Nothing can be added afterwards. */
    FileDigests finish() {
        if (byteSize == 0 && !plan.isSharded()) {
            threads[0].add(MemorySegment.NULL.asSlice(0, 0), 0);
        }
        var digests = new TreeMap<Long, byte[]>();
        for (DigestThread thread : threads) {
            Map<Long, byte[]> some = thread.finish();
            digests.putAll(some);
        }
        return new FileDigests(plan, byteSize, digests.values().stream().toList());
    }

    /** Waits until no memory is looked at any more, also if hashing was not finished. */
    @Override
    public void close() {
        for (DigestThread thread : threads) {
            thread.close();
        }
    }
}
