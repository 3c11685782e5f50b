package dev.lockstep.loader;

import dev.lockstep.quant.DType;
import java.util.List;

/**
 * What a checkpoint says about one tensor, checked against the file: it lies inside, and its size follows from its shape.
 *
 * @param name as in the file
 * @param type type of the values
 * @param shape slowest dimension first: a matrix is (rows, columns) = (output, input). GGUF lists them in reverse order
 * @param byteOffset from the start of the file
 * @param byteSize without padding
 */
public record TensorInfo(String name, DType type, List<Long> shape, long byteOffset, long byteSize) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of values. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Values along the fastest dimension. */
    public long columns() {
        return shape.getLast();
    }

    /** All other dimensions multiplied: how many rows of {@link #columns()} values there are. */
    public long rows() {
        return elements() / columns();
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive) as a matrix of their own, or such values of a vector: a part of what a
     * file stores in one piece.
     *
     * @param name what the part is called
     * @throws IllegalArgumentException if there are no such rows, or the ends are not where blocks of the type begin
     */
    public TensorInfo part(String name, long from, long to) {
        boolean vector = shape.size() == 1;
        long rows = vector ? elements() : rows();
        if (from < 0 || from >= to || to > rows || byteSize % rows != 0) {
            throw new IllegalArgumentException("from=" + from + ", to=" + to + ", rows=" + rows + ", type=" + type);
        }
        long rowBytes = byteSize / rows;
        return new TensorInfo(name, type, vector ? List.of(to - from) : List.of(to - from, columns()),
                byteOffset + from * rowBytes, (to - from) * rowBytes);
    }

    /** The same tensor in a file where everything lies so many bytes further behind. */
    TensorInfo movedBy(long bytes) {
        return new TensorInfo(name, type, shape, Math.addExact(byteOffset, bytes), byteSize);
    }
}
