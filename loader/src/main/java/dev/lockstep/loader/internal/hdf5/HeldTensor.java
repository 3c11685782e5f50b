package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * A small tensor that stands among the structures of a file, in a header or an attribute, and was copied from there. Any number of threads
 * may read.
 *
 * @param values little-endian, in secure memory that is the file's
 */
record HeldTensor(String name, String file, Type type, List<Long> shape, MemorySegment values) implements StoredTensor {
    @Override
    public long byteSize() {
        return values.byteSize();
    }

    @Override
    public void read(long from, MemorySegment dst) {
        Objects.checkFromIndexSize(from, dst.byteSize(), byteSize());
        MemorySegment.copy(values, from, dst, 0, dst.byteSize());
    }
}
