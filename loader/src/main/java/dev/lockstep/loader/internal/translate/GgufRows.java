package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tensor of a GGUF file.
 *
 * @param source the file
 */
record GgufRows(ByteSource source, TensorInfo tensor) implements RowSource, StoredPart {
    @Override
    public DType type() {
        return tensor.type();
    }

    @Override
    public List<Long> shape() {
        return tensor.shape();
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        source.copy(tensor.byteOffset() + from * rowBytes(), target, 0, rows * rowBytes());
    }

    @Override
    public long scratchBytes(long rows) {
        return 0;
    }

    @Override
    public Stream<StoredPart> parts() {
        return Stream.of(this);
    }

    @Override
    public void discard() {
        source.discard(tensor.byteOffset(), tensor.byteSize());
    }
}
