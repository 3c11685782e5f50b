package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.Optional;

/**
 * The rotary angles of the tokens of one batch: computed per position when it is needed, once for all layers, so that a long
 * context costs nothing in advance.
 *
 * <p>cos and sin: shape (batch, ropeDim), one entry per rotated value, the sine with the sign that its place in the pair needs.
 */
final class RopeTable {
    private final ModelConfig config;
    private final Optional<MemorySegment> factors;
    private final FloatRows cos;
    private final FloatRows sin;
    /** One per row. */
    private final Rotation[] rotations;

    RopeTable(ModelConfig config, Optional<MemorySegment> factors, int batch, SegmentAllocator memory) {
        this.config = config;
        this.factors = factors;
        this.cos = FloatRows.allocate(memory, batch, config.ropeDim(), 1);
        this.sin = FloatRows.allocate(memory, batch, config.ropeDim(), 1);
        this.rotations = new Rotation[batch];
        Arrays.setAll(rotations, token -> new Rotation(config.ropeDim(), config.spec().ropePairing(),
                cos.data(), sin.data(), cos.offset(token)));
    }

    static long byteSize(ModelConfig config, int batch) {
        return 2L * batch * config.ropeDim() * Float.BYTES;
    }

    /** Fills row {@code token} for a position. */
    void prepare(int token, int position) {
        boolean adjacent = config.spec().ropePairing() == Rotation.Pairing.ADJACENT;
        int half = config.ropeDim() / 2;
        for (int pair = 0; pair < half; pair++) {
            double angle = angle(position, pair);
            int first = adjacent ? 2 * pair : pair;
            int second = adjacent ? first + 1 : pair + half;
            set(cos, token, first, Math.cos(angle));
            set(cos, token, second, Math.cos(angle));
            set(sin, token, first, -Math.sin(angle));
            set(sin, token, second, Math.sin(angle));
        }
    }

    /** position · base^(−2·pair/dim) / factor[pair]. */
    private double angle(int position, int pair) {
        double frequency = Math.pow(config.ropeBase(), -2.0 * pair / config.ropeDim());
        return position * config.ropePositionScale() * frequency / factor(pair);
    }

    /** Not {@code map}: what it is told to do would be an object for every pair of every token. */
    private double factor(int pair) {
        return factors.isPresent() ? factors.get().get(LittleEndian.FLOAT, (long) pair * Float.BYTES) : 1;
    }

    /** The angles in row {@code token}. */
    Rotation rotation(int token) {
        return rotations[token];
    }

    private static void set(FloatRows rows, int row, int column, double value) {
        rows.data().set(LittleEndian.FLOAT, rows.offset(row) + (long) column * Float.BYTES, (float) value);
    }
}
