package dev.lockstep.tests;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.Hdf5Writer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Llama models in GGUF as Keras 3 would save them: paths, shapes and settings are those of real files. Kernels are (input, heads, values of a
 * head), (heads, values of a head, output) and (input, output).
 */
final class KerasFiles implements AutoCloseable {
    private final VerifiedCheckpoint gguf;
    private final SecureArena memory = SecureArena.open("test");
    private final Hdf5Writer file = new Hdf5Writer();
    private final int heads;
    private final int kvHeads;

    KerasFiles(Path model) throws IOException {
        gguf = CheckpointLoader.open(model, TrustPolicy.allowUnsigned());
        heads = setting("attention.head_count");
        kvHeads = gguf.metadata().integer("llama.attention.head_count_kv").map(Math::toIntExact).orElse(heads);
    }

    private int setting(String key) {
        return gguf.metadata().requireInteger("llama." + key, 0, Integer.MAX_VALUE);
    }

    private float[] values(String tensor) {
        var info = gguf.tensor(tensor).orElseThrow();
        MemorySegment bytes = memory.allocate(info.byteSize());
        gguf.readTensor(info, 0, bytes);
        return bytes.toArray(LittleEndian.FLOAT);
    }

    /** The file of weights. */
    byte[] weights() {
        int width = setting("embedding_length");
        int hidden = setting("feed_forward_length");
        int headDim = width / heads;
        put("reversible_embedding/vars/0", values("token_embd.weight"), values("token_embd.weight").length / width, width);
        if (gguf.tensor("output.weight").isPresent()) {
            float[] output = values("output.weight");
            put("reversible_embedding/vars/1", transposed(output, output.length / width), width, output.length / width);
        }
        put("llama_layer_norm/vars/0", values("output_norm.weight"), width);
        for (int i = 0; i < setting("block_count"); i++) {
            String from = "blk." + i + '.';
            String to = "llama_transformer_decoder" + (i == 0 ? "" : "_" + i) + '/';
            String attention = to + "_self_attention_layer/";
            put(to + "_self_attention_layernorm/vars/0", values(from + "attn_norm.weight"), width);
            put(to + "_feedforward_layernorm/vars/0", values(from + "ffn_norm.weight"), width);
            float[] queries = halves(values(from + "attn_q.weight"), width, headDim);
            float[] keys = halves(values(from + "attn_k.weight"), width, headDim);
            put(attention + "_query_dense/vars/0", transposed(queries, width), width, heads, headDim);
            put(attention + "_key_dense/vars/0", transposed(keys, kvHeads * headDim), width, kvHeads, headDim);
            put(attention + "_value_dense/vars/0", transposed(values(from + "attn_v.weight"), kvHeads * headDim), width, kvHeads, headDim);
            put(attention + "_output_dense/vars/0", transposed(values(from + "attn_output.weight"), width), heads, headDim, width);
            put(to + "_feedforward_gate_dense/vars/0", transposed(values(from + "ffn_gate.weight"), hidden), width, hidden);
            put(to + "_feedforward_intermediate_dense/vars/0", transposed(values(from + "ffn_up.weight"), hidden), width, hidden);
            put(to + "_feedforward_output_dense/vars/0", transposed(values(from + "ffn_down.weight"), width), hidden, width);
        }
        return file.bytes();
    }

    private void put(String path, float[] values, long... shape) {
        file.root().floats("layers/" + path, values, shape);
    }

    /** (rows, columns) to (columns, rows). */
    private static float[] transposed(float[] matrix, int rows) {
        int columns = matrix.length / rows;
        float[] transposed = new float[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            transposed[i % columns * rows + i / columns] = matrix[i];
        }
        return transposed;
    }

    /** Rows of a head that GGUF has in pairs: the first ones of all pairs, then the second ones. */
    private static float[] halves(float[] matrix, int columns, int headDim) {
        float[] ordered = new float[matrix.length];
        for (int row = 0; row < matrix.length / columns; row++) {
            int within = row % headDim;
            int to = row - within + within / 2 + within % 2 * (headDim / 2);
            System.arraycopy(matrix, row * columns, ordered, to * columns, columns);
        }
        return ordered;
    }

    /** Settings as Keras writes them. */
    String config() {
        return """
                {"module": "keras_hub.src.models.llama.llama_backbone", "class_name": "LlamaBackbone", "config": {"trainable": true,
                "vocabulary_size": %d, "num_layers": %d, "hidden_dim": %d, "intermediate_dim": %d, "num_query_heads": %d,
                "num_key_value_heads": %d, "layer_norm_epsilon": %s, "rope_max_wavelength": %s, "rope_position_scaling_factor": 1.0,
                "rope_frequency_adjustment_factor": null, "dropout": 0}}""".formatted(gguf.tensor("token_embd.weight").orElseThrow().rows(),
                setting("block_count"), setting("embedding_length"), setting("feed_forward_length"), heads, kvHeads,
                number("attention.layer_norm_rms_epsilon"), number("rope.freq_base"));
    }

    private float number(String key) {
        return gguf.metadata().number("llama." + key).orElse(10_000f);
    }

    /** A {@code .keras} archive; Python's zipfile stores entries as they are. */
    static byte[] archive(Map<String, byte[]> entries, int method) throws IOException {
        var archive = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(archive)) {
            for (var each : entries.entrySet()) {
                var entry = new ZipEntry(each.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    var checksum = new CRC32();
                    checksum.update(each.getValue());
                    entry.setSize(each.getValue().length);
                    entry.setCrc(checksum.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        }
        return archive.toByteArray();
    }

    static byte[] archive(String config, byte[] weights) throws IOException {
        return archive(Map.of("metadata.json", "{\"keras_version\": \"3.15.1\"}".getBytes(StandardCharsets.UTF_8),
                "config.json", config.getBytes(StandardCharsets.UTF_8), "model.weights.h5", weights), ZipEntry.STORED);
    }

    @Override
    public void close() {
        memory.close();
        gguf.close();
    }
}
