package dev.lockstep.loader.signing;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Hashes one file as a {@link HashPlan} says, piece by piece. One thread at a time; use it for one file. */
final class PlannedDigest {
    private final HashPlan plan;
    private final SegmentDigest digest;
    private final List<byte[]> digests = new ArrayList<>();
    private long byteSize;

    PlannedDigest(HashPlan plan) {
        this.plan = plan;
        this.digest = new SegmentDigest(plan.algorithm());
    }

    /** Adds the next bytes of the file. */
    void update(MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize();) {
            long rest = bytes.byteSize() - at;
            long piece = plan.isSharded() ? Math.min(rest, plan.shardBytes() - byteSize % plan.shardBytes()) : rest;
            digest.update(bytes.asSlice(at, piece));
            at += piece;
            byteSize += piece;
            if (plan.isSharded() && byteSize % plan.shardBytes() == 0) {
                digests.add(digest.digest());
            }
        }
    }

    /** The digests of all that was added. */
    FileDigests finish() {
        if (!plan.isSharded() || byteSize % plan.shardBytes() != 0) {
            digests.add(digest.digest());
        }
        return new FileDigests(plan, byteSize, digests);
    }
}
