package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * How Q4_K and Q5_K pack 8 scales and 8 minima of 6 bits into 12 bytes. Bytes 0..3 hold scales 0..3 and bytes 4..7 minima 0..3
 * in their lower 6 bits. Scale and minimum 4 + k share byte 8 + k for their lower 4 bits; their upper 2 bits fill up the bytes
 * of scale k and minimum k.
 */
final class PackedScales {
    private static final int SCALES_OFFSET = 0;
    private static final int MINS_OFFSET = 4;
    private static final int SHARED_OFFSET = 8;
    private static final int SIX_BITS = 0x3F;

    private PackedScales() {
    }

    /** Scale {@code i} (0..7) of the 12 bytes at {@code at}, 0..63. */
    static int scale(MemorySegment packed, long at, int i) {
        return get(packed, at, SCALES_OFFSET, i);
    }

    /** Minimum {@code i} (0..7) of the 12 bytes at {@code at}, 0..63. */
    static int min(MemorySegment packed, long at, int i) {
        return get(packed, at, MINS_OFFSET, i);
    }

    private static int get(MemorySegment packed, long at, int kindOffset, int i) {
        int own = packed.get(LittleEndian.BYTE, at + kindOffset + (i & 3));
        if (i < 4) {
            return own & SIX_BITS;
        }
        int shared = packed.get(LittleEndian.BYTE, at + SHARED_OFFSET + (i & 3));
        return shared >> kindOffset & 0xF | own >> 2 & 0x30;
    }

    /** Stores scale and minimum {@code i}, 0..63 each; in ascending order, because the upper ones share bytes with the lower. */
    static void set(MemorySegment packed, long at, int i, int scale, int min) {
        if (i < 4) {
            packed.set(LittleEndian.BYTE, at + SCALES_OFFSET + i, (byte) scale);
            packed.set(LittleEndian.BYTE, at + MINS_OFFSET + i, (byte) min);
        } else {
            packed.set(LittleEndian.BYTE, at + SHARED_OFFSET + i - 4, (byte) (scale & 0xF | min << 4));
            fillUp(packed, at + SCALES_OFFSET + i - 4, scale);
            fillUp(packed, at + MINS_OFFSET + i - 4, min);
        }
    }

    private static void fillUp(MemorySegment packed, long at, int value) {
        packed.set(LittleEndian.BYTE, at, (byte) (packed.get(LittleEndian.BYTE, at) & SIX_BITS | value >> 4 << 6));
    }
}
