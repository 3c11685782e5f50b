package dev.lockstep.loader;

import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongConsumer;

/** What the tensors of a checkpoint are read from. Whoever holds it closes it: the checkpoint, or the weights made of it. */
sealed interface CheckpointBytes extends AutoCloseable permits FileBytes, SplitBytes, TranslatedBytes {
    Residency residency();

    /** Where {@link TensorInfo#byteOffset} leads. */
    ByteSource source();

    /** Bytes of all files. */
    long fileBytes();

    /** Bytes of secure memory that matrices take once they are loaded. */
    long matrixBytes();

    /**
     * Copies some bytes of a tensor, which the caller has checked.
     *
     * @param from first byte, counted from the tensor's first
     */
    default void copyTensor(TensorInfo tensor, long from, MemorySegment target) {
        source().copy(tensor.byteOffset() + from, target, 0, target.byteSize());
    }

    /** What {@link VerifiedCheckpoint#weightsIdentity} is if that of the files is {@code files}. */
    default String identity(String files) {
        return files;
    }

    /** See {@link VerifiedCheckpoint#loadWeights} and {@link VerifiedCheckpoint#onLoading}. */
    Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads, LongConsumer progress);

    /** What was zeroed so far. */
    Zeroing zeroing();

    @Override
    void close();
}
