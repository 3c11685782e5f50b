package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sources one below the other: the experts of a layer, or queries, keys and values in one matrix. A vector is a matrix of rows of one
 * value here.
 *
 * @param sources at least one; all of one type, with rows of one size
 * @param starts the first row of each, and the number of all rows
 * @param shape how the rows are seen
 */
record StackedRows(List<RowSource> sources, long[] starts, List<Long> shape) implements RowSource {
    static StackedRows of(List<RowSource> sources, List<Long> shape) {
        long[] starts = new long[sources.size() + 1];
        for (int i = 0; i < sources.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], sources.get(i).rows());
        }
        return new StackedRows(List.copyOf(sources), starts, List.copyOf(shape));
    }

    @Override
    public DType type() {
        return sources.getFirst().type();
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        long perRow = starts[sources.size()] / rows();
        long start = from * perRow;
        long end = start + rows * perRow;
        long rowBytes = sources.getFirst().rowBytes();
        for (int i = 0; i < sources.size(); i++) {
            long first = Math.max(start, starts[i]);
            long last = Math.min(end, starts[i + 1]);
            if (first < last) {
                MemorySegment part = target.asSlice((first - start) * rowBytes, (last - first) * rowBytes);
                sources.get(i).read(first - starts[i], last - first, part, scratch);
            }
        }
    }

    @Override
    public long scratchBytes(long rows) {
        long perRow = starts[sources.size()] / rows();
        return sources.stream().mapToLong(source -> source.scratchBytes(Math.min(rows * perRow, source.rows()))).max().orElseThrow();
    }

    @Override
    public Stream<StoredPart> parts() {
        return sources.stream().flatMap(RowSource::parts);
    }
}
