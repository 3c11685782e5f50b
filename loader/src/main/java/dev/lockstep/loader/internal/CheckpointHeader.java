package dev.lockstep.loader.internal;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import java.util.List;
import java.util.Map;

/**
 * What a checkpoint says about itself, parsed and checked, under the names that GGUF has for it.
 *
 * @param format the container, and its version if it has one, for people
 * @param metadata key/value pairs
 * @param tensors in the order of their bytes
 * @param origins what tensors, there or missing, are called in the file, by their names in GGUF; empty if that is the same
 */
public record CheckpointHeader(String format, Metadata metadata, List<TensorInfo> tensors, Map<String, String> origins) {
    public CheckpointHeader {
        tensors = List.copyOf(tensors);
        origins = Map.copyOf(origins);
    }

    /** Of a file that calls its tensors what we call them. */
    public CheckpointHeader(String format, Metadata metadata, List<TensorInfo> tensors) {
        this(format, metadata, tensors, Map.of());
    }
}
