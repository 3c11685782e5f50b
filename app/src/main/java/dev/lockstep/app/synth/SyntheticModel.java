package dev.lockstep.app.synth;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.QuantizationRule;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.TypeFallback;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A model with random weights, in the shape of a real one, that loads and runs as a Llama model: it takes the time and memory of
 * the real one and talks nonsense.
 *
 * @param shape which model it is like
 * @param type type of the matrices whose rows are whole blocks of it; see {@link #supports}
 * @param seed equal seeds give equal files
 * @param contextLength positions that the file claims the model was trained for
 */
public record SyntheticModel(ModelShape shape, DType type, long seed, int contextLength) {
    private static final String ARCHITECTURE = "llama";

    /** Memory for weights on their way to the file, about. */
    private static final long CHUNK_BYTES = 16 << 20;

    public SyntheticModel {
        if (!supports(type)) {
            throw new IllegalArgumentException("type=" + type + " has no random weights");
        }
    }

    /** True for types that random weights can be made of, which need not be types that can be computed with. */
    public static boolean supports(DType type) {
        return BlockFinish.supports(type);
    }

    /** Number of weights. */
    public long parameters() {
        return tensors().stream().mapToLong(GgufTensor::elements).sum();
    }

    /** Bytes of the weights in the file. */
    public long weightBytes() {
        return tensors().stream().mapToLong(GgufTensor::byteSize).sum();
    }

    /**
     * Writes the model.
     *
     * @param progress is told how many bytes of weights are written, from time to time
     * @throws IOException if it cannot be written; nothing stays behind
     */
    public void write(Path file, GgufWriter.Existing existing, LongConsumer progress) throws IOException {
        List<GgufTensor> tensors = tensors();
        try (var memory = SecureArena.open("random weights"); var pool = new WorkerPool(WorkerPool.defaultThreads());
                var _ = memory.lease(); var writer = GgufWriter.create(file, existing, metadata(), tensors)) {
            MemorySegment chunk = memory.allocate(CHUNK_BYTES);
            long written = 0;
            for (GgufTensor tensor : tensors) {
                if (tensor.shape().size() == 1) {
                    writer.write(tensor.name(), ones(chunk.asSlice(0, tensor.byteSize())));
                } else {
                    writeMatrix(tensor, chunk, pool, writer);
                }
                written += tensor.byteSize();
                progress.accept(written);
            }
            writer.finish();
        }
    }

    private static MemorySegment ones(MemorySegment vector) {
        for (long at = 0; at < vector.byteSize(); at += Float.BYTES) {
            vector.set(LittleEndian.FLOAT, at, 1);
        }
        return vector;
    }

    private void writeMatrix(GgufTensor matrix, MemorySegment memory, WorkerPool pool, GgufWriter writer) throws IOException {
        var weights = new RandomWeights(matrix, seed);
        long chunkBytes = CHUNK_BYTES / weights.sliceBytes() * weights.sliceBytes();
        for (long at = 0; at < matrix.byteSize(); at += chunkBytes) {
            MemorySegment chunk = memory.asSlice(0, Math.min(chunkBytes, matrix.byteSize() - at));
            weights.fill(chunk, at, pool);
            writer.write(matrix.name(), chunk);
        }
    }

    /** The tensors of a Llama model, in the order in which converters write them. */
    List<GgufTensor> tensors() {
        List<GgufTensor> tensors = new ArrayList<>();
        ModelShape.Heads heads = shape.heads();
        long queryDim = (long) heads.query() * heads.dim();
        long keyValueDim = (long) heads.keyValue() * heads.dim();
        tensors.add(matrix("token_embd", shape.vocabulary().size(), shape.dim()));
        for (int layer = 0; layer < shape.nLayers(); layer++) {
            String blk = "blk." + layer + ".";
            tensors.add(norm(blk + "attn_norm"));
            tensors.add(matrix(blk + "attn_q", queryDim, shape.dim()));
            tensors.add(matrix(blk + "attn_k", keyValueDim, shape.dim()));
            tensors.add(matrix(blk + "attn_v", keyValueDim, shape.dim()));
            tensors.add(matrix(blk + "attn_output", shape.dim(), queryDim));
            tensors.add(norm(blk + "ffn_norm"));
            tensors.add(matrix(blk + "ffn_gate", shape.hiddenDim(), shape.dim()));
            tensors.add(matrix(blk + "ffn_up", shape.hiddenDim(), shape.dim()));
            tensors.add(matrix(blk + "ffn_down", shape.dim(), shape.hiddenDim()));
        }
        tensors.add(norm("output_norm"));
        if (!shape.vocabulary().tied()) {
            tensors.add(matrix("output", shape.vocabulary().size(), shape.dim()));
        }
        return tensors;
    }

    private GgufTensor matrix(String name, long rows, long columns) {
        return GgufTensor.matrix(name + ".weight", TypeFallback.of(type, columns), rows, columns);
    }

    private GgufTensor norm(String name) {
        return GgufTensor.vector(name + ".weight", DType.F32, shape.dim());
    }

    private GgufMetadata metadata() {
        ModelShape.Heads heads = shape.heads();
        var metadata = new GgufMetadata()
                .text("general.architecture", ARCHITECTURE)
                .text("general.name", shape.label() + " with random " + type + " weights")
                .text("general.description", "Random weights for benchmarks, made by lockstep synth. It says nothing true.")
                .uint32("general.quantization_version", QuantizationRule.QUANTIZATION_VERSION)
                .uint32(key("block_count"), shape.nLayers())
                .uint32(key("context_length"), contextLength)
                .uint32(key("embedding_length"), shape.dim())
                .uint32(key("feed_forward_length"), shape.hiddenDim())
                .uint32(key("vocab_size"), shape.vocabulary().size())
                .uint32(key("attention.head_count"), heads.query())
                .uint32(key("attention.head_count_kv"), heads.keyValue())
                .float32(key("attention.layer_norm_rms_epsilon"), shape.normEpsilon())
                .uint32(key("rope.dimension_count"), heads.dim())
                .float32(key("rope.freq_base"), shape.ropeBase());
        if ((long) heads.query() * heads.dim() != shape.dim()) {
            metadata.uint32(key("attention.key_length"), heads.dim()).uint32(key("attention.value_length"), heads.dim());
        }
        SyntheticVocabulary.add(metadata, shape.vocabulary().size());
        return metadata;
    }

    private static String key(String name) {
        return ARCHITECTURE + "." + name;
    }
}
