package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A stored tensor as it is, under any shape of the same number of values.
 *
 * @param type the table of tensors has the stored type under this name
 */
record StoredRows(StoredTensor tensor, DType type, List<Long> shape) implements RowSource {
    StoredRows {
        shape = List.copyOf(shape);
    }

    /** The type that stored values of this type need no conversion to. */
    static Optional<DType> asStored(StoredTensor.Type type) {
        return switch (type) {
            case F32 -> Optional.of(DType.F32);
            case F16 -> Optional.of(DType.F16);
            case BF16 -> Optional.of(DType.BF16);
            default -> Optional.empty();
        };
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        tensor.read(from * rowBytes(), target.asSlice(0, rows * rowBytes()));
    }

    @Override
    public long scratchBytes(long rows) {
        return 0;
    }

    @Override
    public Stream<StoredPart> parts() {
        return Stream.of(tensor);
    }
}
