package dev.lockstep.loader.internal.safetensors;

import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * A tensor of a safetensors file.
 *
 * @param source the file
 * @param byteOffset of the first value, from the start of the file
 */
record SafetensorsTensor(ByteSource source, String name, Type type, List<Long> shape, long byteOffset, long byteSize)
        implements StoredTensor {
    SafetensorsTensor {
        shape = List.copyOf(shape);
    }

    @Override
    public String file() {
        return source.name();
    }

    @Override
    public void read(long from, MemorySegment dst) {
        Objects.checkFromIndexSize(from, dst.byteSize(), byteSize);
        source.copy(byteOffset + from, dst, 0, dst.byteSize());
    }

    @Override
    public void discard() {
        source.discard(byteOffset, byteSize);
    }
}
