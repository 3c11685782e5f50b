package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q4_0: blocks of 32 values, one half-precision scale d and 16 bytes; the low nibble of byte i is value i, the high nibble
 * is value i + 16; value = d * (nibble - 8).
 */
final class Q4_0Codec implements BlockCodec {
    static final Q4_0Codec INSTANCE = new Q4_0Codec();

    private static final int BLOCK_ELEMENTS = 32;
    private static final int HALF = BLOCK_ELEMENTS / 2;
    private static final int SCALE_OFFSET = 0;
    private static final int QUANTS_OFFSET = SCALE_OFFSET + Short.BYTES;
    private static final int BLOCK_BYTES = QUANTS_OFFSET + HALF;
    private static final int ZERO_POINT = 8;
    private static final int MAX_NIBBLE = 15;

    private Q4_0Codec() {
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long block = 0; block < blocks; block++) {
            long from = sourceOffset + block * BLOCK_BYTES;
            long to = targetOffset + block * BLOCK_ELEMENTS * Float.BYTES;
            float scale = Float.float16ToFloat(source.get(LittleEndian.SHORT, from + SCALE_OFFSET));
            for (int i = 0; i < HALF; i++) {
                int pair = source.get(LittleEndian.BYTE, from + QUANTS_OFFSET + i) & 0xFF;
                target.set(LittleEndian.FLOAT, to + (long) i * Float.BYTES, scale * ((pair & 0xF) - ZERO_POINT));
                target.set(LittleEndian.FLOAT, to + (long) (i + HALF) * Float.BYTES, scale * ((pair >> 4) - ZERO_POINT));
            }
        }
    }

    @Override
    public void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long block = 0; block < blocks; block++) {
            encodeBlock(source, sourceOffset + block * BLOCK_ELEMENTS * Float.BYTES,
                    target, targetOffset + block * BLOCK_BYTES);
        }
    }

    private static void encodeBlock(MemorySegment source, long from, MemorySegment target, long to) {
        // The value of largest magnitude, sign included, becomes nibble 0: -8 steps reach further than +7.
        float extreme = 0;
        for (int i = 0; i < BLOCK_ELEMENTS; i++) {
            float value = source.get(LittleEndian.FLOAT, from + (long) i * Float.BYTES);
            extreme = Math.abs(value) > Math.abs(extreme) ? value : extreme;
        }
        float scale = extreme / -ZERO_POINT;
        float inverse = scale == 0 ? 0 : 1 / scale;
        target.set(LittleEndian.SHORT, to + SCALE_OFFSET, Float.floatToFloat16(scale));
        for (int i = 0; i < HALF; i++) {
            int low = nibble(source.get(LittleEndian.FLOAT, from + (long) i * Float.BYTES) * inverse);
            int high = nibble(source.get(LittleEndian.FLOAT, from + (long) (i + HALF) * Float.BYTES) * inverse);
            target.set(LittleEndian.BYTE, to + QUANTS_OFFSET + i, (byte) (low | high << 4));
        }
    }

    private static int nibble(float scaled) {
        return Math.min(MAX_NIBBLE, (int) (scaled + (ZERO_POINT + 0.5f)));
    }
}
