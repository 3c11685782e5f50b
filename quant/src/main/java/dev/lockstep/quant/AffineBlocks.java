package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Blocks whose values are {@code scale · quant + offset}, taken apart: for products that are summed in integers. Scales and
 * offsets are shared by the values of a sub-block, and products of scale and quant are exact in float32. Stateless and
 * thread-safe; blocks are in file order.
 */
public interface AffineBlocks {
    /** Values that share a scale and an offset. */
    int subBlockElements();

    /** False if {@link #offset} is zero for all blocks of the type. */
    boolean hasOffsets();

    /** The factor of sub-block {@code subBlock} of the block at byte {@code block}. */
    float scale(MemorySegment source, long block, int subBlock);

    /** What is added to all values of a sub-block. */
    float offset(MemorySegment source, long block, int subBlock);

    /** The integer of value {@code i} of the block at byte {@code block}. */
    int quant(MemorySegment source, long block, int i);
}
