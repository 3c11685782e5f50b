package dev.lockstep.tests;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is in a checkpoint of F32 tensors, under GGUF's names.
 *
 * @param tensors by name, in the order of the checkpoint
 */
record GgufWeights(Metadata metadata, Map<String, Values> tensors) {
    /** A tensor, slowest dimension first. */
    record Values(List<Long> shape, float[] values) { }

    static GgufWeights read(Path model) throws IOException {
        try (var checkpoint = CheckpointLoader.open(model, TrustPolicy.allowUnsigned())) {
            var tensors = new LinkedHashMap<String, Values>();
            for (TensorInfo tensor : checkpoint.tensors()) {
                tensors.put(tensor.name(), new Values(tensor.shape(), floats(checkpoint, tensor)));
            }
            return new GgufWeights(checkpoint.metadata(), tensors);
        }
    }

    private static float[] floats(VerifiedCheckpoint checkpoint, TensorInfo tensor) {
        try (var arena = SecureArena.open("tensor")) {
            MemorySegment values = arena.allocate(tensor.byteSize());
            checkpoint.readTensor(tensor, 0, values);
            return values.toArray(LittleEndian.FLOAT);
        }
    }
}
