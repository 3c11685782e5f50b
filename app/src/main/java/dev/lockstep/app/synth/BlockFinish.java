package dev.lockstep.app.synth;

import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Makes weights of random bytes: quants stay as random as they are, and scales are set such that the weights have a given
 * standard deviation and, but for a hair, a mean of zero. One method per layout; ggml-org/ggml, src/ggml-common.h, describes
 * the layouts.
 *
 * <p>{@code unit} is the root mean square of a block's weights when its scale is 1: with q and s uniform, the mean of a product
 * of squares is the product of the means of squares.
 */
@FunctionalInterface
interface BlockFinish {
    /** Finishes whole blocks of random bytes. A loop of its own for each layout: one shared by all would be several times slower. */
    void finish(MemorySegment blocks);

    /** True if there is a method for the type. */
    static boolean supports(DType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, MXFP4 -> true;
            default -> false;
        };
    }

    /** The method of a type, for weights with this standard deviation. */
    static BlockFinish of(DType type, double deviation) {
        return switch (type) {
            case F32 -> f32(deviation);
            case F16 -> f16(deviation);
            case BF16 -> bf16(deviation);
            case Q8_0 -> q8_0(deviation);
            case Q4_0 -> scaled(type, 0, RandomScales.signed(deviation / rms(-8, 7)));
            case Q5_0 -> scaled(type, 0, RandomScales.signed(deviation / rms(-16, 15)));
            case IQ4_NL -> scaled(type, 0, RandomScales.signed(deviation / IQ4_NL_RMS));
            case Q4_1 -> scaledFromMinimum(type, 15, deviation);
            case Q5_1 -> scaledFromMinimum(type, 31, deviation);
            case Q2_K -> q2K(deviation);
            // hmask, quants, scales; weight = d * (s - 32) * q
            case Q3_K -> scaled(type, 32 + 64 + 12, RandomScales.positive(deviation / (rms(-32, 31) * rms(-4, 3))));
            case Q4_K -> scaledWithMinima(type, 15, deviation);
            case Q5_K -> scaledWithMinima(type, 31, deviation);
            // low bits, high bits, scales; weight = d * s * q
            case Q6_K -> scaled(type, 128 + 64 + 16, RandomScales.positive(deviation / (rms(-128, 127) * rms(-32, 31))));
            case MXFP4 -> mxfp4(deviation);
            default -> throw new IllegalArgumentException("type=" + type + " has no random weights");
        };
    }

    /** Root mean square of the sixteen values that IQ4_NL's quants stand for (kvalues_iq4nl): -127, -104, … 113. */
    double IQ4_NL_RMS = Math.sqrt(72_768 / 16.0);

    /** Root mean square of MXFP4's values: 0, 1/2, 1, 3/2, 2, 3, 4, 6 and their negatives. */
    double FP4_RMS = Math.sqrt(68.5 / 8);

    /** Root mean square of the integers from {@code from} to {@code to}. */
    private static double rms(int from, int to) {
        double sum = 0;
        for (int value = from; value <= to; value++) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / (to - from + 1));
    }

    /** Standard deviation of the integers from 0 to {@code max}. */
    private static double deviationUpTo(int max) {
        return Math.sqrt(max * (max + 2) / 12.0);
    }

    private static BlockFinish f32(double deviation) {
        float factor = (float) (deviation * Math.sqrt(3) * 0x1p-31);
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += Float.BYTES) {
                blocks.set(LittleEndian.FLOAT, at, blocks.get(LittleEndian.INT, at) * factor);
            }
        };
    }

    private static BlockFinish f16(double deviation) {
        float factor = (float) (deviation * Math.sqrt(3) * 0x1p-15);
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += Short.BYTES) {
                blocks.set(LittleEndian.SHORT, at, Float.floatToFloat16(blocks.get(LittleEndian.SHORT, at) * factor));
            }
        };
    }

    private static BlockFinish bf16(double deviation) {
        float factor = (float) (deviation * Math.sqrt(3) * 0x1p-15);
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += Short.BYTES) {
                int bits = Float.floatToRawIntBits(blocks.get(LittleEndian.SHORT, at) * factor);
                blocks.set(LittleEndian.SHORT, at, (short) (bits >>> Short.SIZE));
            }
        };
    }

    /** d at {@code scaleOffset}, everything else random; weight = d * something. */
    private static BlockFinish scaled(DType type, int scaleOffset, RandomScales scales) {
        long stride = type.blockBytes();
        return blocks -> {
            for (long at = scaleOffset; at < blocks.byteSize(); at += stride) {
                scales.setHalf(blocks, at);
            }
        };
    }

    /** d and 32 signed bytes, of which the reference quantizer never makes a -128. */
    private static BlockFinish q8_0(double deviation) {
        var scales = RandomScales.positive(deviation / Math.sqrt((2 * 690_880 + 127 * 127) / 256.0));
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += Short.BYTES + 32) {
                scales.setHalf(blocks, at);
                for (long quants = at + Short.BYTES; quants < at + Short.BYTES + 32; quants += Long.BYTES) {
                    blocks.set(LittleEndian.LONG, quants, withoutMinimum(blocks.get(LittleEndian.LONG, quants)));
                }
            }
        };
    }

    /** Sets the lowest bit of those of eight bytes that are 0x80. */
    private static long withoutMinimum(long bytes) {
        long low = 0x7f7f7f7f7f7f7f7fL;
        long differs = bytes ^ ~low;
        long others = (differs & low) + low | differs | low;
        return bytes | ~others >>> 7;
    }

    /** d, m and quants of 0 to {@code max}; weight = d * q + m. */
    private static BlockFinish scaledFromMinimum(DType type, int max, double deviation) {
        var scales = RandomScales.positive(deviation / deviationUpTo(max));
        long stride = type.blockBytes();
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += stride) {
                scales.setHalves(blocks, at, at + Short.BYTES, -max / 2f);
            }
        };
    }

    /** 16 bytes with a scale below and a minimum above, 64 of quants, d, dmin; weight = d * s * q - dmin * m. */
    private static BlockFinish q2K(double deviation) {
        var scales = RandomScales.positive(deviation / (rms(8, 15) * deviationUpTo(3)));
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += 16 + 64 + 2 * Short.BYTES) {
                for (long place = at; place < at + 16; place += Long.BYTES) {
                    long nibbles = blocks.get(LittleEndian.LONG, place) & 0x0707070707070707L | 0x0808080808080808L;
                    blocks.set(LittleEndian.LONG, place, nibbles | nibbles << 4);
                }
                scales.setHalves(blocks, at + 16 + 64, at + 16 + 64 + Short.BYTES, 3 / 2f);
            }
        };
    }

    /**
     * d, dmin, 12 bytes of scales and minima of six bits, quants of 0 to {@code max}; weight = d * s * q - dmin * m. The
     * minima are made equal to the scales: the second four bytes hold the first four minima where the first hold the scales,
     * and the last four hold a nibble of a scale and one of a minimum each.
     */
    private static BlockFinish scaledWithMinima(DType type, int max, double deviation) {
        var scales = RandomScales.positive(deviation / (rms(0, 63) * deviationUpTo(max)));
        long stride = type.blockBytes();
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += stride) {
                long packed = at + 2 * Short.BYTES;
                blocks.set(LittleEndian.INT, packed + 4, blocks.get(LittleEndian.INT, packed));
                int nibbles = blocks.get(LittleEndian.INT, packed + 8) & 0x0f0f0f0f;
                blocks.set(LittleEndian.INT, packed + 8, nibbles | nibbles << 4);
                scales.setHalves(blocks, at, at + Short.BYTES, max / 2f);
            }
        };
    }

    /** A power of two as a biased exponent, and quants; weight = 2^(e - 127) * q. Between two powers, chance strikes the mean. */
    private static BlockFinish mxfp4(double deviation) {
        double scale = deviation / FP4_RMS;
        int exponent = Math.getExponent(scale);
        double square = scale * scale / Math.scalb(1.0, 2 * exponent);
        int larger = (int) Math.round((square - 1) / 3 * 256);
        return blocks -> {
            for (long at = 0; at < blocks.byteSize(); at += DType.MXFP4.blockBytes()) {
                int random = blocks.get(LittleEndian.BYTE, at) & 0xff;
                blocks.set(LittleEndian.BYTE, at, (byte) (exponent + 127 + (random < larger ? 1 : 0)));
            }
        };
    }
}
