package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** BF16: the upper half of a float32, rounded to nearest even; a NaN stays a (quiet) NaN. */
final class BF16Codec implements BlockCodec {
    static final BF16Codec INSTANCE = new BF16Codec();

    /** Set in a NaN's upper half, so that cutting the lower half off cannot turn it into an infinity. */
    private static final int QUIET_BIT = 0x40;

    private BF16Codec() {
    }

    @Override
    public void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            short upper = source.get(LittleEndian.SHORT, sourceOffset + i * Short.BYTES);
            target.set(LittleEndian.FLOAT, targetOffset + i * Float.BYTES, toFloat(upper));
        }
    }

    @Override
    public void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            float value = source.get(LittleEndian.FLOAT, sourceOffset + i * Float.BYTES);
            target.set(LittleEndian.SHORT, targetOffset + i * Short.BYTES, fromFloat(value));
        }
    }

    static float toFloat(short upper) {
        return Float.intBitsToFloat(upper << Short.SIZE);
    }

    static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> Short.SIZE | QUIET_BIT);
        }
        int lowestKeptBit = bits >>> Short.SIZE & 1;
        return (short) (bits + 0x7FFF + lowestKeptBit >>> Short.SIZE);
    }
}
