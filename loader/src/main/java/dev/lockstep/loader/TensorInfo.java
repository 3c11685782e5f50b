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
}
