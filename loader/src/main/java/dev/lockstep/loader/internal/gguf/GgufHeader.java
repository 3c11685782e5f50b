package dev.lockstep.loader.internal.gguf;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import java.util.List;

/**
 * A parsed and checked GGUF header.
 *
 * @param version 2 or 3
 * @param metadata key/value pairs
 * @param tensors in file order, without gaps
 */
public record GgufHeader(int version, Metadata metadata, List<TensorInfo> tensors) {
    public GgufHeader {
        tensors = List.copyOf(tensors);
    }
}
