package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * Some rows of another source in another order.
 *
 * @param count how many
 * @param order which ones
 * @param shape how they are seen: a vector is ordered as rows of one value
 */
record OrderedRows(RowSource source, long count, RowOrder order, List<Long> shape) implements RowSource {
    OrderedRows {
        shape = List.copyOf(shape);
    }

    @Override
    public DType type() {
        return source.type();
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        long perRow = count / rows();
        long end = (from + rows) * perRow;
        long rowBytes = source.rowBytes();
        for (long row = from * perRow, next; row < end; row = next) {
            long first = order.stored(row);
            next = row + 1;
            while (next < end && order.stored(next) == first + next - row) {
                next++;
            }
            source.read(first, next - row, target.asSlice((row - from * perRow) * rowBytes, (next - row) * rowBytes), scratch);
        }
    }

    @Override
    public long scratchBytes(long rows) {
        return source.scratchBytes(rows * (count / rows()));
    }

    @Override
    public Stream<StoredPart> parts() {
        return source.parts();
    }
}
