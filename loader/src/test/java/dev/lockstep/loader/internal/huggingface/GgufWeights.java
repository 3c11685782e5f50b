package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.loader.internal.gguf.GgufReader;
import dev.lockstep.loader.signing.HashPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file of F32 tensors.
 *
 * @param tensors by name, in file order
 */
record GgufWeights(Metadata metadata, Map<String, Values> tensors) {
    /** A tensor, slowest dimension first. */
    record Values(List<Long> shape, float[] values) { }

    static GgufWeights read(Path file) throws IOException {
        try (var copy = PrivateCopy.of(file, HashPlan.SHA_256)) {
            var header = GgufReader.read(copy);
            var tensors = new LinkedHashMap<String, Values>();
            for (TensorInfo tensor : header.tensors()) {
                byte[] bytes = new byte[(int) tensor.byteSize()];
                copy.copy(tensor.byteOffset(), bytes, 0, bytes.length);
                float[] values = new float[(int) tensor.elements()];
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
                tensors.put(tensor.name(), new Values(tensor.shape(), values));
            }
            return new GgufWeights(header.metadata(), tensors);
        }
    }
}
