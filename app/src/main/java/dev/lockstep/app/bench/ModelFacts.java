package dev.lockstep.app.bench;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.DType;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is measured.
 *
 * @param name name of the file
 * @param architecture as the file states it
 * @param type the type that takes most of the file's bytes
 * @param bytes bytes of the file
 * @param parameters number of weights
 */
public record ModelFacts(String name, String architecture, DType type, long bytes, long parameters) {
    /** The facts of a checkpoint, which needs to have tensors. */
    public static ModelFacts of(VerifiedCheckpoint checkpoint) {
        DType type = checkpoint.tensors().stream()
                .collect(Collectors.groupingBy(TensorInfo::type, Collectors.summingLong(TensorInfo::byteSize)))
                .entrySet().stream().max(Comparator.comparingLong(Map.Entry::getValue)).orElseThrow().getKey();
        return new ModelFacts(checkpoint.name(), checkpoint.metadata().text("general.architecture").orElse(""), type,
                checkpoint.byteSize(), checkpoint.tensors().stream().mapToLong(TensorInfo::elements).reduce(0, Math::addExact));
    }
}
