package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * The K types: blocks of 256 values whose sub-blocks have small integers as scales, multiples of the block's half-precision
 * scale. All are encoded in three steps: find the best scale of each sub-block on its own; round the scales to multiples of
 * the block's; round the values once more, with what the rounded scales really are.
 */
abstract class KCodec extends AffineCodec {
    static final int BLOCK_ELEMENTS = 256;

    /** Sub-blocks whose values are all smaller are encoded as zeros. */
    static final float NEGLIGIBLE = 1e-15f;

    private final int subBlockElements;
    private final int maxBits;

    KCodec(int blockBytes, int subBlockElements, int maxBits, BitFields... fields) {
        super(BLOCK_ELEMENTS, blockBytes, subBlockElements, fields);
        this.subBlockElements = subBlockElements;
        this.maxBits = maxBits;
    }

    @Override
    final long scratchBytes() {
        return SubBlocks.BYTES;
    }

    @Override
    final void encodeBlock(MemorySegment source, long from, MemorySegment target, long to, MemorySegment scratch) {
        var found = new SubBlocks(scratch, subBlockElements);
        for (int subBlock = 0; subBlock < BLOCK_ELEMENTS / subBlockElements; subBlock++) {
            search(source, from + (long) subBlock * subBlockElements * Float.BYTES, found, subBlock);
        }
        storeScales(found, target, to);
        for (int subBlock = 0; subBlock < BLOCK_ELEMENTS / subBlockElements; subBlock++) {
            storeQuants(source, from, target, to, found, subBlock);
        }
    }

    private void storeQuants(MemorySegment source, long from, MemorySegment target, long to, SubBlocks found, int subBlock) {
        float scale = scale(target, to, subBlock);
        float offset = offset(target, to, subBlock);
        for (int i = subBlock * subBlockElements; i < (subBlock + 1) * subBlockElements; i++) {
            // without a scale there is nothing to round to; the reference leaves what the search found
            int bits = scale == 0 ? found.bits(i) : nearest((value(source, from, i) - offset) / scale) - quant(0);
            setBits(target, to, i, Math.clamp(bits, 0, maxBits));
        }
    }

    /** Finds scale, minimum and quants of one sub-block, whose values begin at byte {@code from}. */
    abstract void search(MemorySegment source, long from, SubBlocks found, int subBlock);

    /** Stores all scales and minima of the block at byte {@code to}. */
    abstract void storeScales(SubBlocks found, MemorySegment target, long to);
}
