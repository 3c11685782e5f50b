package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.internal.scalar.ScalarActivations;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Makes the forms of activations that the tiles read; the numbers are those of {@link ScalarActivations}, to the last bit. */
final class ActivationForms {
    private static final int BLOCK = Activations.BLOCK;
    private static final int HALF_BLOCK = BLOCK / 2;
    /** Added to a float of magnitude below 2^22 it leaves the nearest int in the lowest bits of the sum. */
    private static final float ROUNDER = 0x1.8p23f;
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    private ActivationForms() {
    }

    static void prepare(Activations x, int fromTile, int toTile, int tokens) {
        int from = fromTile * Activations.TILE;
        int to = Math.min(toTile * Activations.TILE, tokens);
        if (x.hasInts()) {
            for (int token = from; token < to; token++) {
                quantize(x, token);
            }
        }
        if (tokens > 1) {
            transpose(x, from, to);
        }
    }

    private static void transpose(Activations x, int from, int to) {
        for (int token = from; token < to; token++) {
            if (x.hasFloats()) {
                interleave(x.rows().data(), x.rows().offset(token), x.columns(), x.floats().tiles(), token, FloatTile.TOKENS);
            }
            if (x.hasInts()) {
                interleave(x.ints().values(), (long) token * x.columns() * Integer.BYTES, x.columns(), x.ints().tiles(), token,
                        IntTile.TOKENS);
            }
        }
    }

    /** Copies 32-bit values of one row to its place in tiles of shape (columns, width). */
    private static void interleave(MemorySegment row, long rowAt, int columns, MemorySegment tiles, int token, int width) {
        long at = ((long) token / width * columns * width + token % width) * Integer.BYTES;
        long step = (long) width * Integer.BYTES;
        for (int k = 0; k < columns; k++) {
            tiles.set(LittleEndian.INT, at + k * step, row.get(LittleEndian.INT, rowAt + (long) k * Integer.BYTES));
        }
    }

    private static void quantize(Activations x, int token) {
        MemorySegment row = x.rows().data();
        Activations.IntForm ints = x.ints();
        long blocks = x.columns() / BLOCK;
        for (long block = 0; block < blocks; block++) {
            long at = x.rows().offset(token) + block * BLOCK * Float.BYTES;
            float scale = maxMagnitude(row, at) / ScalarActivations.MAX_QUANT;
            long values = ((long) token * x.columns() + block * BLOCK) * Integer.BYTES;
            float inverse = ScalarActivations.inverse(scale);
            int first = quantize(row, at, inverse, ints.values(), values);
            int second = quantize(row, at + HALF_BLOCK * Float.BYTES, inverse, ints.values(),
                    values + HALF_BLOCK * Integer.BYTES);
            ScalarActivations.describeBlock(ints, token * blocks + block, scale, first, second);
        }
    }

    private static float maxMagnitude(MemorySegment row, long at) {
        FloatVector max = Lanes.floats(row, at).abs();
        for (int i = LANES; i < BLOCK; i += LANES) {
            max = max.max(Lanes.floats(row, at + (long) i * Float.BYTES).abs());
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** Half a block; returns the sum of its quants. */
    private static int quantize(MemorySegment row, long at, float inverse, MemorySegment values, long to) {
        IntVector sum = IntVector.zero(Species.INTS);
        for (int i = 0; i < HALF_BLOCK; i += LANES) {
            FloatVector rounded = Lanes.floats(row, at + (long) i * Float.BYTES).mul(inverse).add(ROUNDER);
            IntVector q = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
            sum = sum.add(q);
            q.and(0xFFFF).or(q.lanewise(VectorOperators.LSHL, Short.SIZE))
                    .intoMemorySegment(values, to + (long) i * Integer.BYTES, ORDER);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
