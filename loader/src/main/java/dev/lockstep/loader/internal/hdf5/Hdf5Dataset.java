package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.util.Optional;

/**
 * A dataset, and what its attributes say that concerns tensors.
 *
 * @param tensor its values, under the path of the dataset without a slash in front
 * @param scale attribute {@code scale}: what its values are to be multiplied with
 * @param scaleDataset attribute {@code scale_dataset}: name of the dataset in the same group that holds these factors
 */
public record Hdf5Dataset(StoredTensor tensor, Optional<StoredTensor> scale, Optional<String> scaleDataset) {
    /** True if its values are to be multiplied with something. */
    boolean isScaled() {
        return scale.isPresent() || scaleDataset.isPresent();
    }
}
