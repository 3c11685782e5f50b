package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Well-formed UTF-8 (Unicode 16, table 3-7) read from off-heap memory, one sequence at a time. */
public final class Utf8 {
    /** {@link #sequence}: the bytes end before the sequence does, and nothing is wrong so far. */
    static final int INCOMPLETE = 0;

    /** A value above all code points: {@link #codePoint} of a byte that is not part of a well-formed sequence. */
    static final int MALFORMED = 0x1FFFFF;

    /** The most bytes of a sequence. */
    static final int MAX_LENGTH = 4;

    private Utf8() { }

    /**
     * The length in bytes of the well-formed sequence at {@code at}; {@link #INCOMPLETE} if {@code end} cuts off what
     * may be one; or minus the number of bytes that begin a sequence and can never finish it (at least one).
     */
    public static int sequence(MemorySegment text, long at, long end) {
        int first = text.get(JAVA_BYTE, at) & 0xFF;
        int length = lengthAfter(first);
        if (length <= 1) {
            return length == 1 ? 1 : -1;
        }
        for (int i = 1; i < length; i++) {
            if (at + i == end) {
                return INCOMPLETE;
            }
            int next = text.get(JAVA_BYTE, at + i) & 0xFF;
            if (i == 1 ? !isSecond(first, next) : (next & 0xC0) != 0x80) {
                return -i;
            }
        }
        return length;
    }

    private static int lengthAfter(int first) {
        if (first < 0x80) {
            return 1;
        }
        // C0 and C1 could only spell ASCII the long way; F5 and above lie beyond U+10FFFF
        return first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    }

    private static boolean isSecond(int first, int second) {
        return switch (first) {
            case 0xE0 -> second >= 0xA0 && second <= 0xBF; // shorter forms exist below
            case 0xED -> second >= 0x80 && second <= 0x9F; // surrogates above
            case 0xF0 -> second >= 0x90 && second <= 0xBF; // shorter forms exist below
            case 0xF4 -> second >= 0x80 && second <= 0x8F; // beyond U+10FFFF above
            default -> (second & 0xC0) == 0x80;
        };
    }

    /** Bytes of the unit at {@code at}: a well-formed sequence, or else one byte. */
    static int unit(MemorySegment text, long at, long end) {
        return Math.max(1, sequence(text, at, end));
    }

    /** The code point of the unit at {@code at} whose length is {@code unit}; or {@link #MALFORMED}. */
    public static int codePoint(MemorySegment text, long at, int unit) {
        int first = text.get(JAVA_BYTE, at);
        return switch (unit) {
            case 1 -> first >= 0 ? first : MALFORMED;
            case 2 -> (first & 0x1F) << 6 | continuation(text, at + 1);
            case 3 -> (first & 0x0F) << 12 | continuation(text, at + 1) << 6 | continuation(text, at + 2);
            default -> (first & 0x07) << 18 | continuation(text, at + 1) << 12 | continuation(text, at + 2) << 6
                    | continuation(text, at + 3);
        };
    }

    private static int continuation(MemorySegment text, long at) {
        return text.get(JAVA_BYTE, at) & 0x3F;
    }

    /** Writes the sequence of a code point and returns its length in bytes. */
    public static int write(int codePoint, MemorySegment text, long at) {
        if (codePoint < 0x80) {
            text.set(JAVA_BYTE, at, (byte) codePoint);
            return 1;
        }
        int length = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
        for (int i = length - 1; i > 0; i--) {
            text.set(JAVA_BYTE, at + i, (byte) (0x80 | codePoint >> 6 * (length - 1 - i) & 0x3F));
        }
        text.set(JAVA_BYTE, at, (byte) (0xF00 >> length | codePoint >> 6 * (length - 1)));
        return length;
    }
}
