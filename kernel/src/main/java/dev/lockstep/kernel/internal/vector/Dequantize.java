package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Weights of a panel to floats, shape (columns, PANEL_ROWS): exactly the numbers that the type's codec decodes to. */
final class Dequantize {
    private static final int BLOCK = 32;
    private static final long COLUMN_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long COLUMN_SHORTS = (long) PANEL_ROWS * Short.BYTES;
    private static final int UPPER_BITS = 0xFFFF_0000;

    private Dequantize() {
    }

    /** BF16 is the upper half of a float. */
    static void bf16(MemorySegment panel, long at, int columns, MemorySegment floats) {
        for (int k = 0; k < columns; k++) {
            IntVector first = Lanes.ints(panel, at + k * COLUMN_SHORTS);
            IntVector second = Lanes.ints(panel, at + k * COLUMN_SHORTS + VECTOR_BYTES);
            long to = k * COLUMN_FLOATS;
            first.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(floats, to, ORDER);
            first.and(UPPER_BITS).intoMemorySegment(floats, to + VECTOR_BYTES, ORDER);
            second.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(floats, to + 2 * VECTOR_BYTES, ORDER);
            second.and(UPPER_BITS).intoMemorySegment(floats, to + 3 * VECTOR_BYTES, ORDER);
        }
    }

    /**
     * Bytes times their block's scale.
     *
     * @param scales float32, (blocks, PANEL_ROWS) from byte {@code scalesAt}
     */
    static void bytes(MemorySegment panel, long at, int blocks, MemorySegment scales, long scalesAt, MemorySegment floats) {
        for (int block = 0; block < blocks; block++) {
            long s = scalesAt + block * COLUMN_FLOATS;
            FloatVector sa = Lanes.floats(scales, s);
            FloatVector sb = Lanes.floats(scales, s + VECTOR_BYTES);
            FloatVector sc = Lanes.floats(scales, s + 2 * VECTOR_BYTES);
            FloatVector sd = Lanes.floats(scales, s + 3 * VECTOR_BYTES);
            for (int k = block * BLOCK; k < (block + 1) * BLOCK; k++) {
                IntVector q = Lanes.ints(panel, at + (long) k * PANEL_ROWS);
                long to = k * COLUMN_FLOATS;
                Lanes.toFloats(Lanes.signedByte(q, 0)).mul(sa).intoMemorySegment(floats, to, ORDER);
                Lanes.toFloats(Lanes.signedByte(q, 2)).mul(sb).intoMemorySegment(floats, to + VECTOR_BYTES, ORDER);
                Lanes.toFloats(Lanes.signedByte(q, 1)).mul(sc).intoMemorySegment(floats, to + 2 * VECTOR_BYTES, ORDER);
                Lanes.toFloats(Lanes.signedByte(q, 3)).mul(sd).intoMemorySegment(floats, to + 3 * VECTOR_BYTES, ORDER);
            }
        }
    }

    /** Shorts, shape (32 · blocks, PANEL_ROWS) in the order of {@link Unpack}, times their block's scale. */
    static void shorts(MemorySegment w, int blocks, MemorySegment scales, long scalesAt, MemorySegment floats) {
        for (int k = 0; k < blocks * BLOCK; k++) {
            IntVector first = Lanes.ints(w, k * COLUMN_SHORTS);
            IntVector second = Lanes.ints(w, k * COLUMN_SHORTS + VECTOR_BYTES);
            long s = scalesAt + k / BLOCK * COLUMN_FLOATS;
            long to = k * COLUMN_FLOATS;
            Lanes.toFloats(Lanes.lower(first)).mul(Lanes.floats(scales, s)).intoMemorySegment(floats, to, ORDER);
            Lanes.toFloats(Lanes.upper(first)).mul(Lanes.floats(scales, s + VECTOR_BYTES))
                    .intoMemorySegment(floats, to + VECTOR_BYTES, ORDER);
            Lanes.toFloats(Lanes.lower(second)).mul(Lanes.floats(scales, s + 2 * VECTOR_BYTES))
                    .intoMemorySegment(floats, to + 2 * VECTOR_BYTES, ORDER);
            Lanes.toFloats(Lanes.upper(second)).mul(Lanes.floats(scales, s + 3 * VECTOR_BYTES))
                    .intoMemorySegment(floats, to + 3 * VECTOR_BYTES, ORDER);
        }
    }
}
