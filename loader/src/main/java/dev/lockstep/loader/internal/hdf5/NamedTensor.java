package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A tensor under the name that the model has for it, without the path of its group.
 *
 * @param dataset what it is in the file
 * @param scale what its values are multiplied with
 */
record NamedTensor(String name, StoredTensor dataset, Optional<StoredTensor> scale) implements StoredTensor {
    @Override
    public String file() {
        return dataset.file();
    }

    @Override
    public Type type() {
        return dataset.type();
    }

    @Override
    public List<Long> shape() {
        return dataset.shape();
    }

    @Override
    public long byteSize() {
        return dataset.byteSize();
    }

    @Override
    public void read(long from, MemorySegment dst) {
        dataset.read(from, dst);
    }

    @Override
    public void discard() {
        dataset.discard();
    }
}
