package dev.lockstep.app.quality;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;

/** Predictions of one model that wait for those of another: first in, first out. One thread at a time. */
final class KeptLogits {
    /** float32, shape (capacity, vocabulary). */
    private final MemorySegment rows;
    private final LogProbabilities[] kept;
    private final long rowBytes;
    private int added;
    private int taken;

    /** @param memory borrowed for as long as this lives */
    KeptLogits(SecureArena memory, int capacity, int vocabulary) {
        rowBytes = (long) vocabulary * Float.BYTES;
        rows = memory.allocate(Math.multiplyExact(rowBytes, capacity));
        kept = new LogProbabilities[capacity];
    }

    /** Keeps a copy. */
    void add(LogProbabilities prediction) {
        MemorySegment row = rows.asSlice(added * rowBytes, rowBytes).copyFrom(prediction.logits().asSlice(0, rowBytes));
        kept[added++] = new LogProbabilities(row, prediction.logSum(), prediction.top());
    }

    LogProbabilities take() {
        return kept[taken++];
    }

    void clear() {
        added = 0;
        taken = 0;
    }
}
