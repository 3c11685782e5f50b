package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.LONGS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static jdk.incubator.vector.LongVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;

/** Packs the quants of the tokens of a tile three by three, see {@link Activations.PackedForm}. Tokens that are missing count as zeros. */
final class PackedActivations {
    private static final int BLOCK = Activations.BLOCK;
    private static final int TRIPLE = Activations.TRIPLE;
    /** Columns whose pairs of quants fill a vector. */
    private static final int COLUMNS = VECTOR_BYTES / Integer.BYTES;
    /** Bits from one token's quant to the next one's, and the one after that. */
    private static final int FIELD = 18;
    private static final int TWO_FIELDS = 2 * FIELD;
    /** A whole number below 2^51 added to its bits is the double that is so much larger. */
    private static final double WHOLE = 0x1.8p52;
    private static final long WHOLE_BITS = Double.doubleToRawLongBits(WHOLE);

    private PackedActivations() {
    }

    static void pack(Activations x, int tile, int tokens) {
        for (int triple = 0; triple < PackedTile.TRIPLES; triple++) {
            int first = tile * Activations.TILE + triple * TRIPLE;
            long row = (long) x.columns() * Integer.BYTES;
            for (int column = 0; column < x.columns(); column += BLOCK) {
                int within = column % MatMulScratch.STRETCH;
                long to = x.packed().offset(tile, column - within) + triple * PackedTile.ROW_BYTES + (long) within * Double.BYTES;
                block(x.ints().values(), first * row + (long) column * Integer.BYTES, row, Math.clamp(tokens - first, 0, TRIPLE),
                        x.packed().values(), to);
            }
        }
    }

    /**
     * A block of three tokens.
     *
     * @param values int32, q in both halves, of the first token from byte {@code at}, tokens {@code row} bytes apart
     * @param present how many of the three there are
     * @param packed float64, (32) from byte {@code to}, in the order of {@link PackedTile#place}
     */
    private static void block(MemorySegment values, long at, long row, int present, MemorySegment packed, long to) {
        MemorySegment first = values.asSlice(at, (long) BLOCK * Integer.BYTES);
        MemorySegment second = values.asSlice(at + row, (long) BLOCK * Integer.BYTES);
        MemorySegment third = values.asSlice(at + 2 * row, (long) BLOCK * Integer.BYTES);
        MemorySegment out = packed.asSlice(to, (long) BLOCK * Double.BYTES);
        long firstMask = present > 0 ? -1 : 0;
        long secondMask = present > 1 ? -1 : 0;
        long thirdMask = present > 2 ? -1 : 0;
        int step = Rolled.step;
        for (int i = 0; i < BLOCK / COLUMNS; i += step) {
            long from = (i & BLOCK / COLUMNS - 1) * (long) VECTOR_BYTES;
            LongVector a = fromMemorySegment(LONGS, first, from, ORDER).and(firstMask);
            LongVector b = fromMemorySegment(LONGS, second, from, ORDER).and(secondMask);
            LongVector c = fromMemorySegment(LONGS, third, from, ORDER).and(thirdMask);
            // the even columns' quants are in the lower halves
            a.lanewise(LSHL, 32).lanewise(ASHR, 48)
                    .add(b.lanewise(LSHL, 32).lanewise(ASHR, 48).lanewise(LSHL, FIELD))
                    .add(c.lanewise(LSHL, 32).lanewise(ASHR, 48).lanewise(LSHL, TWO_FIELDS))
                    .add(WHOLE_BITS).reinterpretAsDoubles().sub(WHOLE).intoMemorySegment(out, 2 * from, ORDER);
            a.lanewise(ASHR, 48)
                    .add(b.lanewise(ASHR, 48).lanewise(LSHL, FIELD))
                    .add(c.lanewise(ASHR, 48).lanewise(LSHL, TWO_FIELDS))
                    .add(WHOLE_BITS).reinterpretAsDoubles().sub(WHOLE).intoMemorySegment(out, 2 * from + VECTOR_BYTES, ORDER);
        }
    }
}
