package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * Weights of which one was subtracted before they were stored (Gemma's norms), as they are multiplied with.
 *
 * @param source of type F32
 */
record PlusOneRows(RowSource source) implements RowSource {
    @Override
    public DType type() {
        return DType.F32;
    }

    @Override
    public List<Long> shape() {
        return source.shape();
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        source.read(from, rows, target, scratch);
        long bytes = rows * rowBytes();
        for (long at = 0; at < bytes; at += Float.BYTES) {
            target.set(LittleEndian.FLOAT, at, target.get(LittleEndian.FLOAT, at) + 1);
        }
    }

    @Override
    public long scratchBytes(long rows) {
        return source.scratchBytes(rows);
    }

    @Override
    public Stream<StoredPart> parts() {
        return source.parts();
    }
}
