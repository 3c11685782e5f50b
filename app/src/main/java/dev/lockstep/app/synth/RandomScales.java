package dev.lockstep.app.synth;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Scales of blocks in half precision: 256 of them from 3/4 to 5/4 of one value, in the root mean square that value. A block's
 * own random byte, where its scale will be, picks one, so that neighbours differ and a mixed-up scale would show.
 */
final class RandomScales {
    private static final int COUNT = 256;
    private static final double LEAST = 0.75;
    private static final double RANGE = 0.5;

    /** {@code (256)}. */
    private final float[] scales = new float[COUNT];

    private RandomScales(double rms, boolean signed) {
        // A uniform distribution of this range around 1 has the variance range² / 12.
        double mean = rms / Math.sqrt(1 + RANGE * RANGE / 12);
        for (int i = 0; i < COUNT; i++) {
            double magnitude = mean * (LEAST + RANGE * (i + 0.5) / COUNT);
            scales[i] = (float) (signed && i % 2 == 1 ? -magnitude : magnitude);
        }
    }

    /** Positive scales, as most quantizers make them. */
    static RandomScales positive(double rms) {
        return new RandomScales(rms, false);
    }

    /** Scales of either sign: quants that reach further down than up would have a mean otherwise. */
    static RandomScales signed(double rms) {
        return new RandomScales(rms, true);
    }

    /** Replaces random bytes by a scale. */
    void setHalf(MemorySegment blocks, long at) {
        blocks.set(LittleEndian.SHORT, at, Float.floatToFloat16(pick(blocks, at)));
    }

    /** Replaces random bytes by a scale, and by {@code factor} times it at another place. */
    void setHalves(MemorySegment blocks, long at, long otherAt, float factor) {
        float scale = pick(blocks, at);
        blocks.set(LittleEndian.SHORT, at, Float.floatToFloat16(scale));
        blocks.set(LittleEndian.SHORT, otherAt, Float.floatToFloat16(scale * factor));
    }

    private float pick(MemorySegment blocks, long at) {
        return scales[blocks.get(LittleEndian.BYTE, at) & 0xff];
    }
}
