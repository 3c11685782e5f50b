package dev.lockstep.app.synth;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.GgufTensor;
import java.lang.foreign.MemorySegment;

/**
 * Random weights of one matrix, in the blocks of its type: finite, around zero, with a standard deviation of 1/sqrt(columns), so
 * that activations keep their size. Nothing is quantized, which would take many times longer. The same seed, tensor name, type
 * and shape give the same bytes, however they are cut up. Immutable and thread-safe.
 */
final class RandomWeights {
    /** Finished while it is in the cache, and a multiple of 8 blocks so that it begins on a whole random number. */
    private static final long SLICE_BYTES = 128 << 10;
    private static final long BLOCKS_PER_STEP = 8;

    private final RandomBytes random;
    private final BlockFinish finish;
    private final int blockBytes;

    RandomWeights(GgufTensor matrix, long seed) {
        random = RandomBytes.of(seed, matrix.name());
        finish = BlockFinish.of(matrix.type(), 1 / Math.sqrt(matrix.shape().getLast()));
        blockBytes = matrix.type().blockBytes();
    }

    /** Bytes of the largest pieces that can be filled by themselves; pieces begin on multiples of it. */
    long sliceBytes() {
        long stepBytes = BLOCKS_PER_STEP * blockBytes;
        return SLICE_BYTES / stepBytes * stepBytes;
    }

    /**
     * Fills {@code target} with whole blocks.
     *
     * @param position of its first byte in the matrix, a multiple of {@link #sliceBytes()}
     */
    void fill(MemorySegment target, long position, WorkerPool pool) {
        long sliceBytes = sliceBytes();
        pool.run(Math.ceilDiv(target.byteSize(), sliceBytes), (_, from, to) -> {
            for (long slice = from; slice < to; slice++) {
                long at = slice * sliceBytes;
                fillSlice(target.asSlice(at, Math.min(sliceBytes, target.byteSize() - at)), position + at);
            }
        });
    }

    private void fillSlice(MemorySegment slice, long position) {
        random.fill(slice, position);
        finish.finish(slice);
    }
}
