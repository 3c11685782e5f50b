package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.DOUBLES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.PANEL_ROWS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.quant.LittleEndian.INT;
import static jdk.incubator.vector.DoubleVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.broadcast;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.MatMulScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;

/**
 * From the packed sums of {@link PackedTile} to float results. Adding a number so large that the last bit of the sum is worth 1,
 * 2¹⁸ or 2³⁶ rounds to multiples of that and leaves how many in the lowest bits: that takes the three sums of a double apart,
 * exactly. Sums of even and odd rows then share a vector of ints. No vectors of another size are used: C2 learns the sizes that
 * shared methods of the Vector API see, and gives up on some kernels when there are two.
 */
final class PackedFold {
    private static final int BLOCKS = MatMulScratch.STRETCH_BLOCKS;

    /** Adding this to a double moves its integer part to the lowest bits of the sum, as two's complement. */
    private static final double TO_BITS = 0x1.8p52;
    /** The same for what is left of it without the lowest 18 bits, or 36. */
    private static final double TO_BITS_18 = 0x1.8p70;
    private static final double TO_BITS_36 = 0x1.8p88;
    private static final int FIELD = 18;
    private static final long LOW_INT = 0xFFFF_FFFFL;

    private static final long ROW_FLOATS = (long) PANEL_ROWS * Float.BYTES;
    private static final long TRIPLE_SUMS = PackedTile.COLUMN_BYTES;
    private static final long LAST = BLOCKS - 1;

    private PackedFold() {
    }

    /**
     * Four triples of tokens, a quarter of a panel's rows: part = Σ over blocks of float(sum) · (weight scale · activation scale),
     * the same operations in the same order as {@link ByteRow}. Memory has to reach as far as if there were 8 blocks.
     *
     * @param sums of {@link PackedTile}
     * @param blocks 1 to {@value #BLOCKS}
     * @param scales float32, (blocks, PANEL_ROWS) from byte {@code scalesAt}, where the quarter's first begin
     * @param xScales float32, (tokens of a tile, blocks) from byte {@code xAt}, rows {@code row} bytes apart
     * @param part float32, (tokens of a tile, PANEL_ROWS / 4)
     */
    static void fold(MemorySegment sums, int blocks, MemorySegment scales, long scalesAt, MemorySegment xScales, long xAt,
            long row, MemorySegment part) {
        MemorySegment ss = sums.asSlice(0, BLOCKS * PackedTile.SUMS_BYTES);
        MemorySegment ws = scales.asSlice(scalesAt, LAST * ROW_FLOATS + VECTOR_BYTES);
        MemorySegment out = part.asSlice(0, (long) Activations.TILE * VECTOR_BYTES);
        int step = Rolled.step;
        for (int j = 0; j < PackedTile.TRIPLES; j += step) {
            int triple = j & PackedTile.TRIPLES - 1;
            MemorySegment xa = xScales.asSlice(xAt + 3 * triple * row, BLOCKS * (long) Float.BYTES);
            MemorySegment xb = xScales.asSlice(xAt + (3 * triple + 1) * row, BLOCKS * (long) Float.BYTES);
            MemorySegment xc = xScales.asSlice(xAt + (3 * triple + 2) * row, BLOCKS * (long) Float.BYTES);
            long to = (long) triple * Activations.TRIPLE * VECTOR_BYTES;
            FloatVector.zero(FLOATS).intoMemorySegment(out, to, ORDER);
            FloatVector.zero(FLOATS).intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
            FloatVector.zero(FLOATS).intoMemorySegment(out, to + 2 * VECTOR_BYTES, ORDER);
            for (int i = 0; i < blocks; i += step) {
                int block = i & BLOCKS - 1;
                long from = block * PackedTile.SUMS_BYTES + triple * TRIPLE_SUMS;
                DoubleVector sum = fromMemorySegment(DOUBLES, ss, from, ORDER);
                DoubleVector upper = sum.add(TO_BITS_18);
                LongVector low = sum.sub(upper.sub(TO_BITS_18)).add(TO_BITS).reinterpretAsLongs().and(LOW_INT);
                LongVector top = sum.add(TO_BITS_36).reinterpretAsLongs();
                LongVector middle = upper.reinterpretAsLongs().sub(top.lanewise(LSHL, FIELD)).and(LOW_INT);
                sum = fromMemorySegment(DOUBLES, ss, from + VECTOR_BYTES, ORDER);
                upper = sum.add(TO_BITS_18);
                low = low.or(sum.sub(upper.sub(TO_BITS_18)).add(TO_BITS).reinterpretAsLongs().lanewise(LSHL, 32));
                LongVector oddTop = sum.add(TO_BITS_36).reinterpretAsLongs();
                middle = middle.or(upper.reinterpretAsLongs().sub(oddTop.lanewise(LSHL, FIELD)).lanewise(LSHL, 32));
                top = top.and(LOW_INT).or(oddTop.lanewise(LSHL, 32));
                FloatVector scale = fromMemorySegment(FLOATS, ws, block * ROW_FLOATS, ORDER);
                long xk = block * (long) Float.BYTES;
                FloatVector x = broadcast(INTS, xa.get(INT, xk)).reinterpretAsFloats();
                ((FloatVector) low.reinterpretAsInts().convert(I2F, 0)).fma(scale.mul(x), fromMemorySegment(FLOATS, out, to, ORDER))
                        .intoMemorySegment(out, to, ORDER);
                x = broadcast(INTS, xb.get(INT, xk)).reinterpretAsFloats();
                ((FloatVector) middle.reinterpretAsInts().convert(I2F, 0)).fma(scale.mul(x), fromMemorySegment(FLOATS, out, to + VECTOR_BYTES, ORDER))
                        .intoMemorySegment(out, to + VECTOR_BYTES, ORDER);
                x = broadcast(INTS, xc.get(INT, xk)).reinterpretAsFloats();
                ((FloatVector) top.reinterpretAsInts().convert(I2F, 0)).fma(scale.mul(x), fromMemorySegment(FLOATS, out, to + 2 * VECTOR_BYTES, ORDER))
                        .intoMemorySegment(out, to + 2 * VECTOR_BYTES, ORDER);
            }
        }
    }

    /** Adds the parts of a tile's tokens to their results, (tokens, PANEL_ROWS) from byte {@code at}, where the quarter's first begin. */
    static void add(MemorySegment part, MemorySegment results, long at) {
        for (int token = 0; token < Activations.TILE; token++) {
            long to = at + token * ROW_FLOATS;
            fromMemorySegment(FLOATS, results, to, ORDER).add(fromMemorySegment(FLOATS, part, (long) token * VECTOR_BYTES, ORDER))
                    .intoMemorySegment(results, to, ORDER);
        }
    }
}
