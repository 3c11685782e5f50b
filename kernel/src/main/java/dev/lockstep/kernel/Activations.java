package dev.lockstep.kernel;

import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Collection;
import java.util.List;

/**
 * The input of matrix products: rows of floats that the caller writes, and the forms that kernels read, which
 * {@link Kernels#prepare} makes of them. Memory is borrowed from the allocator. Different tiles may be prepared by
 * different threads at once.
 *
 * <p>The integer form is 8 bits per value with one scale for each {@value #BLOCK} columns: a ≈ scale · q, |q| ≤ 127. A value is
 * stored twice in the halves of an int, because vectors of 16-bit lanes are filled fastest from 32-bit memory.
 */
public final class Activations {
    /** Columns that share one scale in the integer form. */
    public static final int BLOCK = 32;
    /**
     * Tokens that one call of a kernel computes. With six, C2 sometimes stopped inlining in the middle of the float kernel and
     * boxed every vector.
     */
    public static final int TILE = 4;

    private final FloatRows rows;
    private final int columns;
    private final FloatForm floats;
    private final IntForm ints;

    /**
     * What float kernels read.
     *
     * @param tiles float32, shape (tokens / TILE, columns, TILE); used for more than one token
     */
    public record FloatForm(MemorySegment tiles) {
    }

    /**
     * What integer kernels read. Shapes have the tokens rounded up to whole tiles.
     *
     * @param values int32, q in both halves, shape (tokens, columns)
     * @param tiles int32, q in both halves, shape (tokens / TILE, columns, TILE); used for more than one token
     * @param scales float32, shape (tokens, columns / 32)
     * @param sums float32, shape (tokens, columns / 16): scale · Σ q over 16 columns, for weights with an offset
     * @param biases int32, −8 · Σ q over 32 columns in both halves, shape (tokens, columns / 32): what 4-bit weights that are
     *     read without their zero point of 8 have too much
     */
    public record IntForm(MemorySegment values, MemorySegment tiles, MemorySegment scales, MemorySegment sums,
            MemorySegment biases) {
        private IntForm(SegmentAllocator memory, long tokens, int columns, boolean tiled) {
            this(memory.allocate(tokens * columns * Integer.BYTES),
                    memory.allocate(tiled ? tokens * columns * Integer.BYTES : 0),
                    memory.allocate(tokens * blocks(columns) * Float.BYTES),
                    memory.allocate(tokens * blocks(columns) * 2 * Float.BYTES),
                    memory.allocate(tokens * blocks(columns) * Integer.BYTES));
        }

        private static long blocks(int columns) {
            return columns / BLOCK;
        }

        void zero() {
            for (MemorySegment part : List.of(values, tiles, scales, sums, biases)) {
                part.fill((byte) 0);
            }
        }
    }

    private Activations(FloatRows rows, int columns, FloatForm floats, IntForm ints) {
        this.rows = rows;
        this.columns = columns;
        this.floats = floats;
        this.ints = ints;
    }

    /**
     * @param maxTokens most tokens at a time
     * @param columns values of a token
     * @param types the types of the weights that will be multiplied
     */
    public static Activations allocate(SegmentAllocator memory, int maxTokens, int columns, int panelRows,
            Collection<DType> types) {
        boolean tiled = maxTokens > 1;
        long tokens = tiled ? (long) tiles(maxTokens) * TILE : 1;
        long values = Math.multiplyExact(tokens, columns);
        var rows = FloatRows.allocate(memory, maxTokens, columns, panelRows);
        FloatForm floats = types.stream().anyMatch(type -> !Kernels.isInteger(type))
                ? new FloatForm(memory.allocate(tiled ? values * Float.BYTES : 0)) : null;
        IntForm ints = types.stream().anyMatch(Kernels::isInteger) ? new IntForm(memory, tokens, columns, tiled) : null;
        return new Activations(rows, columns, floats, ints);
    }

    /** The floats themselves, shape (maxTokens, columns): write here, then prepare. */
    public FloatRows rows() {
        return rows;
    }

    /** Values of one token. */
    public int columns() {
        return columns;
    }

    /** Tiles that {@link Kernels#prepare} has to go through. */
    public static int tiles(int tokens) {
        return Math.ceilDiv(tokens, TILE);
    }

    /** True if there is a form for weights of float types. */
    public boolean hasFloats() {
        return floats != null;
    }

    /** True if there is a form for weights of integer types. */
    public boolean hasInts() {
        return ints != null;
    }

    /** The form for float kernels. */
    public FloatForm floats() {
        return require(floats, "float");
    }

    /** The form for integer kernels. */
    public IntForm ints() {
        return require(ints, "integer");
    }

    private static <T> T require(T form, String kind) {
        if (form == null) {
            throw new IllegalArgumentException("activations were not allocated for weights with " + kind + " kernels");
        }
        return form;
    }

    /** Overwrites everything with zeros. */
    public void zero() {
        rows.data().fill((byte) 0);
        if (floats != null) {
            floats.tiles.fill((byte) 0);
        }
        if (ints != null) {
            ints.zero();
        }
    }
}
