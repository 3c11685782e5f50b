package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.Activations;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Rounds activations to 8 bits, a block of 32 at a time: scale = max |a| / 127, q = round(a / scale), ties to even. The error of
 * a value is at most half a scale.
 */
public final class ScalarActivations {
    /** The largest |q|; −128 is not used, so that products with 4-bit weights fit into 16 bits. */
    public static final float MAX_QUANT = 127;
    /** Below, 1 / scale would overflow; such a block is as good as zero. */
    private static final float SMALLEST_SCALE = 0x1p-120f;
    private static final int BLOCK = Activations.BLOCK;
    private static final int NIBBLE_ZERO_POINT = 8;

    private ScalarActivations() {
    }

    /** What to multiply activations with: 1 / scale, or 0 for a block of zeros. NaN stays NaN in the scale, not here. */
    public static float inverse(float scale) {
        return scale > SMALLEST_SCALE ? 1 / scale : 0;
    }

    /**
     * Stores what belongs to block number {@code block} of all tokens.
     *
     * @param first sum of quants 0 to 15
     * @param second sum of quants 16 to 31
     */
    public static void describeBlock(Activations.IntForm ints, long block, float scale, int first, int second) {
        ints.scales().set(LittleEndian.FLOAT, block * Float.BYTES, scale);
        ints.sums().set(LittleEndian.FLOAT, 2 * block * Float.BYTES, first * scale);
        ints.sums().set(LittleEndian.FLOAT, (2 * block + 1) * Float.BYTES, second * scale);
        ints.biases().set(LittleEndian.INT, block * Integer.BYTES, pair(-NIBBLE_ZERO_POINT * (first + second)));
    }

    static void prepare(Activations x, int from, int to) {
        if (!x.hasInts()) {
            return;
        }
        for (int token = from; token < to; token++) {
            for (int block = 0; block < x.columns() / BLOCK; block++) {
                quantize(x, token, block);
            }
        }
    }

    private static void quantize(Activations x, int token, int block) {
        MemorySegment row = x.rows().data();
        long at = x.rows().offset(token) + (long) block * BLOCK * Float.BYTES;
        float max = 0;
        for (int i = 0; i < BLOCK; i++) {
            max = Math.max(max, Math.abs(row.get(LittleEndian.FLOAT, at + (long) i * Float.BYTES)));
        }
        float scale = max / MAX_QUANT;
        int[] sums = new int[2];
        long to = ((long) token * x.columns() + (long) block * BLOCK) * Integer.BYTES;
        for (int i = 0; i < BLOCK; i++) {
            int q = (int) Math.rint(row.get(LittleEndian.FLOAT, at + (long) i * Float.BYTES) * inverse(scale));
            sums[2 * i / BLOCK] += q;
            x.ints().values().set(LittleEndian.INT, to + (long) i * Integer.BYTES, pair(q));
        }
        describeBlock(x.ints(), (long) token * (x.columns() / BLOCK) + block, scale, sums[0], sums[1]);
    }

    /** A 16-bit value in both halves of an int. */
    private static int pair(int value) {
        return value & 0xFFFF | value << Short.SIZE;
    }
}
