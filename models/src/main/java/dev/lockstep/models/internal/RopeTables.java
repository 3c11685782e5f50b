package dev.lockstep.models.internal;

import dev.lockstep.kernel.Rotation;
import dev.lockstep.kernel.Rotation.Pairing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;

/** The rotary angles of one batch: for layers that see all positions, and for those with a window, which may rotate otherwise. */
final class RopeTables {
    private final RopeTable full;
    /** The same object where both kinds of layers rotate alike. */
    private final RopeTable windowed;

    /** @param factors divisors of the frequencies, which are part of the scaling; see {@link RopeTable} */
    RopeTables(ModelConfig config, Optional<MemorySegment> factors, int batch, SegmentAllocator memory) {
        Pairing pairing = config.spec().positions().pairing();
        full = new RopeTable(config.rope(), pairing, factors, batch, memory);
        windowed = areTwo(config) ? new RopeTable(config.windowRope(), pairing, Optional.empty(), batch, memory) : full;
    }

    private static boolean areTwo(ModelConfig config) {
        return config.windows().isAnyWindowed() && !config.windowRope().equals(config.rope());
    }

    static long byteSize(ModelConfig config, int batch) {
        return (areTwo(config) ? 2 : 1) * RopeTable.byteSize(config.rope(), batch);
    }

    /** Fills row {@code token} for a position. */
    void prepare(int token, int position) {
        full.prepare(token, position);
        if (windowed != full) {
            windowed.prepare(token, position);
        }
    }

    /** The angles in row {@code token}. */
    Rotation rotation(boolean ofWindow, int token) {
        return (ofWindow ? windowed : full).rotation(token);
    }
}
