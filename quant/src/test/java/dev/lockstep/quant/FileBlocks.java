package dev.lockstep.quant;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What ggml's blocks hold, written down a second time: one formula for each type with its offsets as numbers, and the canonical
 * order spelled out bit by bit.
 */
final class FileBlocks {
    private static final double[] IQ4_NL_LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    private static final double[] E2M1_VALUES = {0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6};

    private FileBlocks() {
    }

    /** The quant of value {@code i} as stored, before a zero point is subtracted. */
    static int quant(DType type, byte[] b, int i) {
        int half = i / 128;
        int quarter = i % 128 / 32;
        int group = i / 32;
        int l = i % 32;
        return switch (type) {
            case Q8_0 -> b[2 + i];
            case Q4_0, IQ4_NL -> nibble(b[2 + i % 16], i / 16);
            case Q4_1 -> nibble(b[4 + i % 16], i / 16);
            case Q5_0 -> nibble(b[6 + i % 16], i / 16) + 16 * bit(b[2 + i / 8], i % 8);
            case Q5_1 -> nibble(b[8 + i % 16], i / 16) + 16 * bit(b[4 + i / 8], i % 8);
            case MXFP4 -> nibble(b[1 + i % 16], i / 16);
            case Q2_K -> pair(b[16 + 32 * half + l], quarter);
            case Q3_K -> pair(b[32 + 32 * half + l], quarter) + 4 * bit(b[l], group);
            case Q4_K -> nibble(b[16 + 32 * (group / 2) + l], group % 2);
            case Q5_K -> nibble(b[48 + 32 * (group / 2) + l], group % 2) + 16 * bit(b[16 + l], group);
            case Q6_K -> nibble(b[64 * half + 32 * (quarter % 2) + l], quarter / 2) + 16 * pair(b[128 + 32 * half + l], quarter);
            default -> throw new AssertionError("where are the quants of " + type + "?");
        };
    }

    /** Value {@code i}, without rounding. */
    static double value(DType type, byte[] b, int i) {
        int q = quant(type, b, i);
        return switch (type) {
            case Q8_0 -> half(b, 0) * q;
            case Q4_0 -> half(b, 0) * (q - 8);
            case Q5_0 -> half(b, 0) * (q - 16);
            case Q4_1, Q5_1 -> half(b, 0) * q + half(b, 2);
            case IQ4_NL -> half(b, 0) * IQ4_NL_LEVELS[q];
            case MXFP4 -> Math.pow(2, (b[0] & 0xFF) - 127) * E2M1_VALUES[q];
            case Q2_K -> half(b, 80) * nibble(b[i / 16], 0) * q - half(b, 82) * nibble(b[i / 16], 1);
            case Q3_K -> half(b, 108) * (q3Scale(b, i / 16) - 32) * (q - 4);
            case Q4_K, Q5_K -> half(b, 0) * sixBits(b, i / 32, 0) * q - half(b, 2) * sixBits(b, i / 32, 4);
            case Q6_K -> half(b, 208) * b[192 + i / 16] * (q - 32);
            default -> throw new AssertionError("what do the quants of " + type + " mean?");
        };
    }

    /** Six bits of a Q3_K block: scale 0 has the lower nibble of byte 96 and the lowest bits of byte 104. */
    private static int q3Scale(byte[] b, int i) {
        return nibble(b[96 + i % 8], i / 8) + 16 * pair(b[104 + i % 4], i / 4);
    }

    /** Six bits of the 12 bytes from byte 4 of a Q4_K or Q5_K block: a scale, or with {@code min} = 4 a minimum. */
    private static int sixBits(byte[] b, int i, int min) {
        return i < 4 ? b[4 + min + i] & 63 : nibble(b[12 + i - 4], min / 4) + 16 * pair(b[4 + min + i - 4], 3);
    }

    /** The parts of the block in canonical order. */
    static List<byte[]> canonical(DType type, byte[] b) {
        List<byte[]> parts = new ArrayList<>(header(type, b));
        if (type == DType.Q4_K) {
            parts.add(scalesAmongNibbles(b));
            return parts;
        }
        var bits = new ByteArrayOutputStream();
        var quants = new ByteArrayOutputStream();
        for (int group = 0; type.blockElements() > 1 && group < type.blockElements() / 32; group++) {
            int[] q = new int[32];
            for (int i = 0; i < 32; i++) {
                q[i] = quant(type, b, 32 * group + i);
            }
            writeGroup(type, q, bits, quants);
        }
        parts.add(bits.toByteArray());
        parts.add(quants.toByteArray());
        parts.removeIf(part -> part.length == 0);
        return parts;
    }

    private static List<byte[]> header(DType type, byte[] b) {
        return switch (type) {
            case F32, F16, BF16 -> List.of(b);
            case Q2_K -> List.of(cut(b, 80, 2), cut(b, 82, 2), cut(b, 0, 16));
            case Q3_K -> List.of(cut(b, 108, 2), cut(b, 96, 12));
            case Q4_K -> List.of(cut(b, 0, 2), cut(b, 2, 2));
            case Q5_K -> List.of(cut(b, 0, 2), cut(b, 2, 2), cut(b, 4, 12));
            case Q6_K -> List.of(cut(b, 208, 2), cut(b, 192, 16));
            case Q4_1, Q5_1 -> List.of(cut(b, 0, 2), cut(b, 2, 2));
            case MXFP4 -> List.of(cut(b, 0, 1));
            default -> List.of(cut(b, 0, 2));
        };
    }

    /** Two bytes of scales before the nibbles of each of the first four groups of Q4_K, one before those of the others. */
    private static byte[] scalesAmongNibbles(byte[] b) {
        var out = new ByteArrayOutputStream();
        for (int group = 0; group < 8; group++) {
            if (group < 4) {
                out.write(b[4 + group]);
            }
            out.write(b[8 + group]);
            int first = 32 * group;
            writeNibblePlane(IntStream.range(first, first + 32).map(i -> quant(DType.Q4_K, b, i)).toArray(), out);
        }
        return out.toByteArray();
    }

    private static byte[] cut(byte[] b, int from, int length) {
        return Arrays.copyOfRange(b, from, from + length);
    }

    private static void writeGroup(DType type, int[] q, ByteArrayOutputStream bits, ByteArrayOutputStream quants) {
        switch (type) {
            case Q8_0 -> writeBytes(q, quants);
            case Q2_K -> writeTwoBitPlane(q, 0, quants);
            case Q3_K -> {
                writeBitPlane(q, 2, bits);
                writeTwoBitPlane(q, 0, quants);
            }
            case Q5_0, Q5_1, Q5_K -> {
                writeBitPlane(q, 4, bits);
                writeNibblePlane(q, quants);
            }
            case Q6_K -> {
                writeTwoBitPlane(q, 4, bits);
                writeNibblePlane(q, quants);
            }
            default -> writeNibblePlane(q, quants);
        }
    }

    private static void writeBytes(int[] q, ByteArrayOutputStream out) {
        for (int value : q) {
            out.write(value);
        }
    }

    private static void writeNibblePlane(int[] q, ByteArrayOutputStream out) {
        for (int i = 0; i < 16; i++) {
            out.write(q[i] & 15 | (q[i + 16] & 15) << 4);
        }
    }

    private static void writeTwoBitPlane(int[] q, int shift, ByteArrayOutputStream out) {
        for (int j = 0; j < 8; j++) {
            int plane = 0;
            for (int f = 0; f < 4; f++) {
                plane |= (q[8 * f + j] >> shift & 3) << 2 * f;
            }
            out.write(plane);
        }
    }

    private static void writeBitPlane(int[] q, int shift, ByteArrayOutputStream out) {
        for (int j = 0; j < 4; j++) {
            int plane = 0;
            for (int i = 0; i < 8; i++) {
                plane |= (q[8 * j + i] >> shift & 1) << i;
            }
            out.write(plane);
        }
    }

    private static int nibble(byte b, int index) {
        return b >> 4 * index & 15;
    }

    private static int pair(byte b, int index) {
        return b >> 2 * index & 3;
    }

    private static int bit(byte b, int index) {
        return b >> index & 1;
    }

    private static double half(byte[] b, int offset) {
        return Float.float16ToFloat((short) (b[offset] & 0xFF | b[offset + 1] << 8));
    }
}
