package dev.lockstep.models.internal;

import dev.lockstep.kernel.FloatRows;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Collection;

/** Reads single rows of embedding matrices, in memory of its own. One call at a time. */
final class EmbeddingRows {
    /** Room for one row as it is stored. */
    private final MemorySegment encodedRow;
    /** Room to take it out of its panel, or out of its file. */
    private final MemorySegment weavingScratch;

    EmbeddingRows(Collection<WeightMatrix> matrices, SegmentAllocator memory) {
        encodedRow = memory.allocate(matrices.stream().mapToLong(matrix -> matrix.layout().rowBytes()).max().orElseThrow());
        weavingScratch = memory.allocate(matrices.stream().mapToLong(WeightMatrix::decodeScratchBytes).max().orElseThrow());
    }

    /** Row {@code row} of a matrix, as row {@code token} of {@code to}. */
    void read(WeightMatrix matrix, int row, FloatRows to, int token) {
        matrix.decodeRow(row, to.data(), to.offset(token), encodedRow, weavingScratch);
    }

    /** Overwrites the memory with zeros. */
    void zero() {
        encodedRow.fill((byte) 0);
        weavingScratch.fill((byte) 0);
    }
}
