package dev.lockstep.loader.internal;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import java.util.List;

/**
 * What a checkpoint says about itself, parsed and checked, under the names that GGUF has for it.
 *
 * @param format the container, and its version if it has one, for people
 * @param metadata key/value pairs
 * @param tensors in the order of their bytes
 */
public record CheckpointHeader(String format, Metadata metadata, List<TensorInfo> tensors) {
    public CheckpointHeader {
        tensors = List.copyOf(tensors);
    }
}
