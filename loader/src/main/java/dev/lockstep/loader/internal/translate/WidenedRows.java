package dev.lockstep.loader.internal.translate;

import static dev.lockstep.quant.LittleEndian.BYTE;
import static dev.lockstep.quant.LittleEndian.DOUBLE;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * A stored tensor of a type that kernels do not know, as F32. That is exact but for F64, which is rounded to the nearest.
 *
 * @param tensor of one of the types of {@link #isPossible}
 */
record WidenedRows(StoredTensor tensor, List<Long> shape) implements RowSource {
    WidenedRows {
        shape = List.copyOf(shape);
    }

    static boolean isPossible(StoredTensor.Type type) {
        return switch (type) {
            case F64, F8_E4M3, F8_E5M2, I8 -> true;
            default -> false;
        };
    }

    @Override
    public DType type() {
        return DType.F32;
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        long count = rows * columns();
        int valueBytes = tensor.type().bytes();
        MemorySegment stored = scratch.asSlice(0, count * valueBytes);
        tensor.read(from * columns() * valueBytes, stored);
        for (long i = 0; i < count; i++) {
            target.set(LittleEndian.FLOAT, i * Float.BYTES, widened(stored, i * valueBytes));
        }
    }

    private float widened(MemorySegment stored, long at) {
        return switch (tensor.type()) {
            case F64 -> (float) stored.get(DOUBLE, at);
            case F8_E4M3 -> Float8.ofE4M3(stored.get(BYTE, at));
            case F8_E5M2 -> Float8.ofE5M2(stored.get(BYTE, at));
            case I8 -> stored.get(BYTE, at);
            default -> throw new IllegalStateException("type=" + tensor.type());
        };
    }

    @Override
    public long scratchBytes(long rows) {
        return Scratch.padded(rows * columns() * tensor.type().bytes());
    }

    @Override
    public Stream<StoredPart> parts() {
        return Stream.of(tensor);
    }
}
