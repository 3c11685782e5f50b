package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.Activations;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Rounds activations to 8 bits, a block of 32 at a time: scale = max |a| / 127, q = round(a / scale), ties to even. The error of
 * a value is at most half a scale. Where the magnitudes of a block add up to more than
 * {@link Activations#MAX_BLOCK_MAGNITUDE}, the scale is as much larger as it takes.
 */
public final class ScalarActivations {
    /** The largest |q|; −128 is not used, so that products with 4-bit weights fit into 16 bits. */
    public static final float MAX_QUANT = 127;
    /** Below, 1 / scale would overflow; such a block is as good as zero. */
    private static final float SMALLEST_SCALE = 0x1p-120f;
    private static final int BLOCK = Activations.BLOCK;
    private static final int HALF_BLOCK = BLOCK / 2;
    private static final int NIBBLE_ZERO_POINT = 8;

    private ScalarActivations() {
    }

    /** What to multiply activations with: 1 / scale, or 0 for a block of zeros. */
    public static float inverse(float scale) {
        return scale > SMALLEST_SCALE ? 1 / scale : 0;
    }

    /** True if a block has no quants: one of its values is infinite or not a number, and so is every result, because the scale is. */
    public static boolean isBroken(float scale) {
        return !Float.isFinite(scale);
    }

    /**
     * The scale with which magnitudes add up to no more than they may. Each may have been rounded by half, and may be again.
     *
     * @param magnitude what they add up to with {@code scale}
     */
    public static float coarser(float scale, int magnitude) {
        return scale * ((magnitude + HALF_BLOCK) / (float) (Activations.MAX_BLOCK_MAGNITUDE - HALF_BLOCK - 1));
    }

    /**
     * Stores what belongs to block number {@code block} of all tokens.
     *
     * @param first sum of quants 0 to 15
     * @param second sum of quants 16 to 31
     */
    public static void describeBlock(Activations.IntForm ints, long block, float scale, int first, int second) {
        ints.scales().set(LittleEndian.FLOAT, block * Float.BYTES, scale);
        ints.blockSums().rows().set(LittleEndian.FLOAT, block * Float.BYTES, (first + second) * scale);
        ints.halfSums().rows().set(LittleEndian.FLOAT, 2 * block * Float.BYTES, first * scale);
        ints.halfSums().rows().set(LittleEndian.FLOAT, (2 * block + 1) * Float.BYTES, second * scale);
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
        long at = x.rows().offset(token) + (long) block * BLOCK * Float.BYTES;
        float scale = maxMagnitude(x.rows().data(), at) / MAX_QUANT;
        long to = ((long) token * x.columns() + (long) block * BLOCK) * Integer.BYTES;
        int magnitude = round(x, at, scale, to);
        if (magnitude > Activations.MAX_BLOCK_MAGNITUDE) {
            scale = coarser(scale, magnitude);
            round(x, at, scale, to);
        }
        describeBlock(x.ints(), (long) token * (x.columns() / BLOCK) + block, scale, sum(x, to),
                sum(x, to + (long) HALF_BLOCK * Integer.BYTES));
    }

    private static float maxMagnitude(MemorySegment row, long at) {
        float max = 0;
        for (int i = 0; i < BLOCK; i++) {
            max = Math.max(max, Math.abs(row.get(LittleEndian.FLOAT, at + (long) i * Float.BYTES)));
        }
        return max;
    }

    /** Returns the sum of magnitudes. */
    private static int round(Activations x, long at, float scale, long to) {
        float inverse = inverse(scale);
        int magnitude = 0;
        for (int i = 0; i < BLOCK; i++) {
            float value = x.rows().data().get(LittleEndian.FLOAT, at + (long) i * Float.BYTES);
            int q = isBroken(scale) ? 0 : (int) Math.rint(value * inverse);
            magnitude += Math.abs(q);
            x.ints().values().set(LittleEndian.INT, to + (long) i * Integer.BYTES, pair(q));
        }
        return magnitude;
    }

    private static int sum(Activations x, long at) {
        int sum = 0;
        for (int i = 0; i < HALF_BLOCK; i++) {
            sum += (short) x.ints().values().get(LittleEndian.INT, at + (long) i * Integer.BYTES);
        }
        return sum;
    }

    /** A 16-bit value in both halves of an int. */
    private static int pair(int value) {
        return value & 0xFFFF | value << Short.SIZE;
    }
}
