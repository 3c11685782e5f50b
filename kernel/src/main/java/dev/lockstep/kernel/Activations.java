package dev.lockstep.kernel;

import dev.lockstep.kernel.internal.IntFormat;
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
    /** Tokens that are prepared together: whole quads and whole triples. */
    public static final int TILE = 12;
    /**
     * Tokens that one call of a kernel computes. With six, C2 sometimes stopped inlining in the middle of the float kernel and
     * boxed every vector.
     */
    public static final int QUAD = 4;
    /** Tokens that share a number in the packed form. */
    public static final int TRIPLE = 3;
    /**
     * The most that the magnitudes of a block's quants add up to. With weights of 8 bits, a sum of products is then less than
     * 2<sup>17</sup>, and three of them fit into a double. Blocks whose values are about equally large are rounded a little more
     * coarsely for that.
     */
    public static final int MAX_BLOCK_MAGNITUDE = 1023;

    /** How much is readable behind the forms, because kernels take whole slices, in bytes. */
    private static final long SLACK = 4 << 10;

    private final FloatRows rows;
    private final int columns;
    private final FloatForm floats;
    private final IntForm ints;
    private final PackedForm packed;

    /**
     * What float kernels read.
     *
     * @param tiles float32, shape (tokens / QUAD, columns, QUAD); used for more than one token
     */
    public record FloatForm(MemorySegment tiles) {
    }

    /**
     * What integer kernels read. Shapes have the tokens rounded up to whole tiles.
     *
     * @param values int32, q in both halves, shape (tokens, columns)
     * @param tiles int32, q in both halves, shape (tokens / QUAD, columns, QUAD); used for more than one token and weights of up to 6 bits
     * @param scales float32, shape (tokens, columns / 32)
     * @param blockSums sums over 32 columns
     * @param halfSums sums over 16 columns
     * @param biases int32, −8 · Σ q over 32 columns in both halves, shape (tokens, columns / 32): what 4-bit weights that are
     *     read without their zero point of 8 have too much
     */
    public record IntForm(MemorySegment values, MemorySegment tiles, MemorySegment scales, Sums blockSums,
            Sums halfSums, MemorySegment biases) {
        private IntForm(SegmentAllocator memory, long tokens, int columns, boolean tiled, boolean offsets) {
            this(memory.allocate(tokens * columns * Integer.BYTES + SLACK),
                    memory.allocate(tiled ? tokens * columns * Integer.BYTES + SLACK : 0),
                    memory.allocate(tokens * blocks(columns) * Float.BYTES + SLACK),
                    new Sums(memory, tokens, columns / BLOCK, tiled && offsets),
                    new Sums(memory, tokens, columns / (BLOCK / 2), tiled && offsets),
                    memory.allocate(tokens * blocks(columns) * Integer.BYTES + SLACK));
        }

        private static long blocks(int columns) {
            return columns / BLOCK;
        }

        /** True if there are tiles: for more than one token and weights of up to 6 bits. */
        public boolean isTiled() {
            return tiles.byteSize() > 0;
        }

        /** The sums over so many columns, 16 or 32. */
        public Sums sums(int columns) {
            return columns == BLOCK ? blockSums : halfSums;
        }

        void zero() {
            for (MemorySegment part : List.of(values, tiles, scales, blockSums.rows, blockSums.tiles, halfSums.rows, halfSums.tiles,
                    biases)) {
                part.fill((byte) 0);
            }
        }
    }

    /**
     * scale · Σ q over groups of columns: what the offset of a group of weights is multiplied by.
     *
     * @param rows float32, shape (tokens, groups)
     * @param tiles float32, shape (tokens / QUAD, groups, QUAD); used for more than one token and weights with offsets
     */
    public record Sums(MemorySegment rows, MemorySegment tiles) {
        /** True if there are tiles. */
        public boolean isTiled() {
            return tiles.byteSize() > 0;
        }

        private Sums(SegmentAllocator memory, long tokens, long groups, boolean tiled) {
            this(memory.allocate(tokens * groups * Float.BYTES),
                    memory.allocate(tiled ? tokens * groups * Float.BYTES + SLACK : 0));
        }
    }

    /**
     * What the kernel for 8-bit weights reads of the integer form when there are many tokens: the tokens of a tile three by three,
     * q₀ + q₁ · 2¹⁸ + q₂ · 2³⁶.
     *
     * @param values float64, shape (tokens / TILE, stretches, TILE / TRIPLE, STRETCH); the columns of a block in any order that suits
     *     the kernel, those behind the last whatever they are
     * @param stretches of {@link MatMulScratch#STRETCH} columns, the last one cut short
     */
    public record PackedForm(MemorySegment values, int stretches) {
        private PackedForm(SegmentAllocator memory, long tokens, int columns) {
            int stretches = Math.ceilDiv(columns, MatMulScratch.STRETCH);
            this(memory.allocate(tokens / TRIPLE * stretches * MatMulScratch.STRETCH * Double.BYTES), stretches);
        }

        /** Where the values of a tile, from {@code column} on, which begins a stretch, are in bytes. */
        public long offset(int tile, int column) {
            return ((long) tile * stretches + column / MatMulScratch.STRETCH) * (TILE / TRIPLE) * MatMulScratch.STRETCH * Double.BYTES;
        }

        void zero() {
            values.fill((byte) 0);
        }
    }

    private Activations(FloatRows rows, int columns, FloatForm floats, IntForm ints, PackedForm packed) {
        this.rows = rows;
        this.columns = columns;
        this.floats = floats;
        this.ints = ints;
        this.packed = packed;
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
                ? new FloatForm(memory.allocate(tiled ? values * Float.BYTES + SLACK : 0)) : null;
        List<IntFormat> small = types.stream().filter(type -> Kernels.isInteger(type) && type != DType.Q8_0).map(IntFormat::of).toList();
        IntForm ints = types.stream().anyMatch(Kernels::isInteger)
                ? new IntForm(memory, tokens, columns, tiled && !small.isEmpty(), small.stream().anyMatch(IntFormat::hasOffset))
                : null;
        PackedForm packed = tiled && types.contains(DType.Q8_0) ? new PackedForm(memory, tokens, columns) : null;
        return new Activations(rows, columns, floats, ints, packed);
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

    /** True if there is a form for many tokens and weights of 8 bits. */
    public boolean hasPacked() {
        return packed != null;
    }

    /** The form for float kernels. */
    public FloatForm floats() {
        return require(floats, "float");
    }

    /** The form for integer kernels. */
    public IntForm ints() {
        return require(ints, "integer");
    }

    /** The form for 8-bit weights and many tokens. */
    public PackedForm packed() {
        return require(packed, "8-bit");
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
        if (packed != null) {
            packed.zero();
        }
    }
}
