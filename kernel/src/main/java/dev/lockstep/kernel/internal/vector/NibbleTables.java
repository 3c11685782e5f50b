package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What the nibbles of non-linear types stand for: int8, 16 values, repeated to the length of a vector. */
final class NibbleTables {
    static final MemorySegment IQ4_NL =
            table(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    /** E2M1 values, doubled to be whole. */
    static final MemorySegment MXFP4 = table(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

    private NibbleTables() {
    }

    /** Constants, so never freed; shared, like all memory that kernels see. */
    private static MemorySegment table(int... values) {
        MemorySegment table = Arena.ofShared().allocate(VECTOR_BYTES, VECTOR_BYTES);
        for (int i = 0; i < VECTOR_BYTES; i++) {
            table.set(LittleEndian.BYTE, i, (byte) values[i % values.length]);
        }
        return table;
    }
}
