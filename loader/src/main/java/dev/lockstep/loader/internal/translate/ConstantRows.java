package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * A vector that no file stores, because it follows from the settings.
 *
 * @param values never changed
 */
record ConstantRows(float[] values) implements RowSource {
    @Override
    public DType type() {
        return DType.F32;
    }

    @Override
    public List<Long> shape() {
        return List.of((long) values.length);
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        for (int i = 0; i < rows * values.length; i++) {
            target.set(LittleEndian.FLOAT, (long) i * Float.BYTES, values[i]);
        }
    }

    @Override
    public long scratchBytes(long rows) {
        return 0;
    }

    @Override
    public Stream<StoredPart> parts() {
        return Stream.empty();
    }
}
