package dev.lockstep.tests.fuzz;

import dev.lockstep.testkit.Hdf5Writer;
import dev.lockstep.testkit.Hdf5Writer.Dataset;
import dev.lockstep.testkit.Hdf5Writer.Group;
import dev.lockstep.testkit.Hdf5Writer.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The smallest complete models in HDF5 and Keras files: one layer of zeros, without a vocabulary. Fuzzing of these formats starts from them. */
final class TinyHdf5Models {
    private static final int WIDTH = 32;
    private static final int HEAD = 16;
    private static final int VOCABULARY = 8;

    private static final String CONFIG = """
            {"model_type": "llama", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "num_key_value_heads": 1, "vocab_size": 8, "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}""";

    private static final String KERAS_CONFIG = """
            {"class_name": "LlamaBackbone", "config": {"vocabulary_size": 8, "num_layers": 1, "num_query_heads": 2, "num_key_value_heads": 1,
            "hidden_dim": 32, "intermediate_dim": 32, "layer_norm_epsilon": 1e-5, "rope_max_wavelength": 10000}}""";

    private TinyHdf5Models() {
    }

    /** HDF5 files by what they have that others have not. */
    static Map<String, byte[]> hdf5() {
        var files = new LinkedHashMap<String, byte[]>();
        files.put("contiguous", ours((group, name, shape) -> group.floats(name, new float[(int) product(shape)], shape)));
        files.put("chunked", ours((group, name, shape) -> group.floats(name, new float[(int) product(shape)], shape)
                .chunked(shape.length == 1 ? new int[] {20} : new int[] {5, 20}).filtered(true, true, true)));
        files.put("int8", ours((group, name, shape) -> {
            if (shape.length == 1) {
                group.floats(name, new float[(int) product(shape)], shape);
            } else {
                group.dataset(name, Type.I8, new byte[(int) product(shape)], shape).numbers("scale", new float[(int) shape[0]]);
            }
        }));
        return files;
    }

    /** {@code .keras} archives. */
    static Map<String, byte[]> keras() {
        return Map.of("llama", archive(Map.of("config.json", KERAS_CONFIG.getBytes(StandardCharsets.UTF_8), "model.weights.h5", kerasWeights())));
    }

    private interface TensorWriter {
        void write(Group group, String name, long... shape);
    }

    private static byte[] ours(TensorWriter tensors) {
        var file = new Hdf5Writer();
        Group root = file.root();
        root.text("config", CONFIG);
        tensors.write(root, "model.embed_tokens.weight", VOCABULARY, WIDTH);
        tensors.write(root, "model.norm.weight", WIDTH);
        String layer = "model.layers.0.";
        tensors.write(root, layer + "input_layernorm.weight", WIDTH);
        tensors.write(root, layer + "post_attention_layernorm.weight", WIDTH);
        tensors.write(root, layer + "self_attn.q_proj.weight", WIDTH, WIDTH);
        tensors.write(root, layer + "self_attn.k_proj.weight", HEAD, WIDTH);
        tensors.write(root, layer + "self_attn.v_proj.weight", HEAD, WIDTH);
        for (String square : new String[] {"self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}) {
            tensors.write(root, layer + square + ".weight", WIDTH, WIDTH);
        }
        return file.bytes();
    }

    private static byte[] kerasWeights() {
        var file = new Hdf5Writer();
        zeros(file, "reversible_embedding/vars/0", VOCABULARY, WIDTH);
        zeros(file, "llama_layer_norm/vars/0", WIDTH);
        String layer = "llama_transformer_decoder/";
        zeros(file, layer + "_self_attention_layernorm/vars/0", WIDTH);
        zeros(file, layer + "_feedforward_layernorm/vars/0", WIDTH);
        zeros(file, layer + "_self_attention_layer/_query_dense/vars/0", WIDTH, 2, HEAD);
        zeros(file, layer + "_self_attention_layer/_key_dense/vars/0", WIDTH, 1, HEAD);
        zeros(file, layer + "_self_attention_layer/_value_dense/vars/0", WIDTH, 1, HEAD);
        zeros(file, layer + "_self_attention_layer/_output_dense/vars/0", 2, HEAD, WIDTH);
        for (String square : new String[] {"gate", "intermediate", "output"}) {
            zeros(file, layer + "_feedforward_" + square + "_dense/vars/0", WIDTH, WIDTH);
        }
        return file.bytes();
    }

    private static Dataset zeros(Hdf5Writer file, String path, long... shape) {
        return file.root().floats("layers/" + path, new float[(int) product(shape)], shape);
    }

    private static long product(long[] shape) {
        long product = 1;
        for (long size : shape) {
            product *= size;
        }
        return product;
    }

    private static byte[] archive(Map<String, byte[]> entries) {
        var archive = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(archive)) {
            for (var each : new TreeMap<>(entries).entrySet()) {
                var checksum = new CRC32();
                checksum.update(each.getValue());
                var entry = new ZipEntry(each.getKey());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(each.getValue().length);
                entry.setCrc(checksum.getValue());
                // the same bytes whenever it is made
                entry.setTimeLocal(LocalDateTime.of(2026, 11, 27, 0, 0));
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }
}
