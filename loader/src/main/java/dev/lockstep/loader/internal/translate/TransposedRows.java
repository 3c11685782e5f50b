package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * A matrix that is stored as (input, output): row {@code i} is column {@code i} of what is stored. For one stored row, the values of all
 * rows that are asked for lie side by side, so the more of them at once, the fewer reads.
 *
 * @param tensor as many values as the shape says
 * @param type what its values are without conversion
 * @param shape (rows, columns)
 */
record TransposedRows(StoredTensor tensor, DType type, List<Long> shape) implements RowSource {
    TransposedRows {
        shape = List.copyOf(shape);
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        long valueBytes = tensor.type().bytes();
        long storedBytes = rows() * valueBytes;
        long rowBytes = rowBytes();
        MemorySegment values = scratch.asSlice(0, rows * valueBytes);
        for (long at = 0; at < rowBytes; at += valueBytes) {
            tensor.read(at / valueBytes * storedBytes + from * valueBytes, values);
            for (long row = 0; row < rows; row++) {
                MemorySegment.copy(values, row * valueBytes, target, row * rowBytes + at, valueBytes);
            }
        }
    }

    @Override
    public long scratchBytes(long rows) {
        return Scratch.padded(Math.multiplyExact(rows, (long) tensor.type().bytes()));
    }

    @Override
    public Stream<StoredPart> parts() {
        return Stream.of(tensor);
    }
}
