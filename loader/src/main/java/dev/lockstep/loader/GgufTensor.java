package dev.lockstep.loader;

import dev.lockstep.quant.DType;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A tensor that is to be written to a GGUF file.
 *
 * @param name 1 to {@link LoadLimits#MAX_TENSOR_NAME_BYTES} bytes of UTF-8
 * @param type type of the values
 * @param shape slowest dimension first, as in {@link TensorInfo}: a matrix is (rows, columns); columns are whole blocks
 */
public record GgufTensor(String name, DType type, List<Long> shape) {
    public GgufTensor {
        shape = List.copyOf(shape);
        int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes == 0 || nameBytes > LoadLimits.MAX_TENSOR_NAME_BYTES) {
            throw new IllegalArgumentException("tensor name \"" + name + "\" has " + nameBytes + " bytes; it must have 1 to "
                    + LoadLimits.MAX_TENSOR_NAME_BYTES);
        }
        if (shape.isEmpty() || shape.size() > LoadLimits.MAX_DIMENSIONS || shape.stream().anyMatch(size -> size <= 0)) {
            throw new IllegalArgumentException(name + ": shape=" + shape + " must be 1 to " + LoadLimits.MAX_DIMENSIONS
                    + " positive sizes");
        }
        type.byteSize(shape.getLast());
        byteSize(type, shape);
    }

    /** A matrix of shape (rows, columns). */
    public static GgufTensor matrix(String name, DType type, long rows, long columns) {
        return new GgufTensor(name, type, List.of(rows, columns));
    }

    /** A vector of {@code size} values. */
    public static GgufTensor vector(String name, DType type, long size) {
        return new GgufTensor(name, type, List.of(size));
    }

    /** Bytes of the values, without padding. */
    public long byteSize() {
        return byteSize(type, shape);
    }

    /** Number of values. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private static long byteSize(DType type, List<Long> shape) {
        return type.byteSize(shape.stream().reduce(1L, Math::multiplyExact));
    }
}
