package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Rotation;
import dev.lockstep.kernel.Rotation.Pairing;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.Optional;

/**
 * The rotary angles of the tokens of one batch: computed per position when it is needed, once for all layers that rotate alike, so
 * that a long context costs nothing in advance.
 *
 * <p>cos and sin: shape (batch, dim), one entry per rotated value, the sine with the sign that its place in the pair needs.
 */
final class RopeTable {
    private final Pairing pairing;
    /** Radians per position, shape (dim / 2). */
    private final double[] frequencies;
    private final double magnitude;
    private final FloatRows cos;
    private final FloatRows sin;
    /** One per row. */
    private final Rotation[] rotations;

    /** @param factors float32, shape (dim / 2): what the usual frequencies are divided by */
    RopeTable(RopeConfig config, Pairing pairing, Optional<MemorySegment> factors, int batch, SegmentAllocator memory) {
        this.pairing = pairing;
        this.frequencies = config.frequencies(factors);
        this.magnitude = config.totalMagnitude();
        this.cos = FloatRows.allocate(memory, batch, config.dim(), 1);
        this.sin = FloatRows.allocate(memory, batch, config.dim(), 1);
        this.rotations = new Rotation[batch];
        Arrays.setAll(rotations, token -> new Rotation(config.dim(), pairing, cos.data(), sin.data(), cos.offset(token)));
    }

    static long byteSize(RopeConfig config, int batch) {
        return 2L * batch * config.dim() * Float.BYTES;
    }

    /** Fills row {@code token} for a position. */
    void prepare(int token, int position) {
        for (int pair = 0; pair < frequencies.length; pair++) {
            double angle = position * frequencies[pair];
            double c = magnitude * Math.cos(angle);
            double s = magnitude * Math.sin(angle);
            int first = pairing == Pairing.ADJACENT ? 2 * pair : pair;
            int second = pairing == Pairing.ADJACENT ? first + 1 : pair + frequencies.length;
            set(cos, token, first, c);
            set(cos, token, second, c);
            set(sin, token, first, -s);
            set(sin, token, second, s);
        }
    }

    /** The angles in row {@code token}. */
    Rotation rotation(int token) {
        return rotations[token];
    }

    private static void set(FloatRows rows, int row, int column, double value) {
        rows.data().set(LittleEndian.FLOAT, rows.offset(row) + (long) column * Float.BYTES, (float) value);
    }
}
