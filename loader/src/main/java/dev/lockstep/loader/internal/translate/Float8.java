package dev.lockstep.loader.internal.translate;

/** Floating-point numbers of eight bits (Micikevicius et al. 2022, "FP8 Formats for Deep Learning"), exactly as floats. */
final class Float8 {
    private static final int E4M3_FRACTION_BITS = 3;
    private static final int E4M3_BIAS = 7;
    private static final int E4M3_NAN = 0x7F;
    private static final int MAGNITUDE = 0x7F;

    private Float8() {
    }

    /** 1 sign, 4 exponent and 3 fraction bits; no infinity, and one NaN of each sign. */
    static float ofE4M3(byte bits) {
        int magnitude = bits & MAGNITUDE;
        if (magnitude == E4M3_NAN) {
            return Float.NaN;
        }
        int exponent = magnitude >> E4M3_FRACTION_BITS;
        int fraction = magnitude & (1 << E4M3_FRACTION_BITS) - 1;
        int significand = exponent == 0 ? fraction : fraction | 1 << E4M3_FRACTION_BITS;
        float value = Math.scalb((float) significand, Math.max(exponent, 1) - E4M3_BIAS - E4M3_FRACTION_BITS);
        return bits < 0 ? -value : value;
    }

    /** 1 sign, 5 exponent and 2 fraction bits: the upper half of a float of 16 bits. */
    static float ofE5M2(byte bits) {
        return Float.float16ToFloat((short) (bits << Byte.SIZE));
    }
}
