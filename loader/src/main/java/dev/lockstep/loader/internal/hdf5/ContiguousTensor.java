package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * A tensor whose values lie side by side in the file, from where they are copied without a detour. Any number of threads may read.
 *
 * @param element type of the values
 * @param address of the first value, in bytes from the start of the file
 */
record ContiguousTensor(String name, ElementType element, List<Long> shape, long byteSize, ByteSource source, long address)
        implements StoredTensor {
    @Override
    public String file() {
        return source.name();
    }

    @Override
    public Type type() {
        return element.stored();
    }

    /** Where bytes are swapped, the part must be whole values. */
    @Override
    public void read(long from, MemorySegment dst) {
        Objects.checkFromIndexSize(from, dst.byteSize(), byteSize);
        source.copy(address + from, dst, 0, dst.byteSize());
        if (element.swapped()) {
            requireWhole(from);
            requireWhole(dst.byteSize());
            ByteSwap.inPlace(dst, type().bytes());
        }
    }

    @Override
    public void discard() {
        source.discard(address, byteSize);
    }

    private void requireWhole(long bytes) {
        if (bytes % type().bytes() != 0) {
            throw new IllegalArgumentException("bytes=" + bytes + " are no whole values of " + type().bytes() + " bytes");
        }
    }
}
