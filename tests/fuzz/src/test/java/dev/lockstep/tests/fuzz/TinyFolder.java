package dev.lockstep.tests.fuzz;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/** A tiny Llama as transformers saves it, one file of which is the fuzzer's. */
final class TinyFolder {
    static final String CONFIG = "config.json";
    static final String INDEX = "model.safetensors.index.json";
    static final String WEIGHTS = "model.safetensors";
    static final String SHARD = "model-00001-of-00001.safetensors";

    private static final String TOKENIZER = "tokenizer.json";
    private static final LoadOptions OPTIONS = LoadOptions.defaults().withThreads(1);
    private static final int BYTES = 256;
    /** One more, for a merge. */
    private static final int VOCABULARY = BYTES + 1;

    private static final String SETTINGS = """
            {"model_type": "llama", "hidden_act": "silu", "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
             "num_key_value_heads": 1, "head_dim": 4, "max_position_embeddings": 64, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "vocab_size": 257,
             "tie_word_embeddings": true, "attention_bias": false, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
             "high_freq_factor": 4.0, "original_max_position_embeddings": 16}, "layer_types": ["full_attention"], "quantization_config": null}""";

    /** Shapes by name, slowest dimension first. */
    private static final Map<String, int[]> TENSORS = tensors();

    private final Path folder;

    /** @param others the files that are not the fuzzer's */
    private TinyFolder(Map<String, byte[]> others) {
        folder = Scratch.file(CONFIG).getParent();
        others.forEach(this::write);
    }

    /** A folder without one of its files. */
    static TinyFolder without(String name) {
        var files = new LinkedHashMap<>(Map.of(CONFIG, config(), TOKENIZER, tokenizer()));
        files.put(name.equals(INDEX) ? SHARD : WEIGHTS, weights());
        files.remove(name);
        return new TinyFolder(files);
    }

    private void write(String name, byte[] bytes) {
        try {
            Path file = folder.resolve(name);
            Files.write(file, bytes);
            file.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** True if these bytes under the name that was left out make it a model that would be loaded. */
    boolean check(String name, byte[] bytes) throws Exception {
        write(name, bytes);
        return Parsing.accepts(bytes.length, Set.of(ModelFormatException.class, NoSuchFileException.class), () -> {
            try (var checkpoint = CheckpointLoader.open(folder, TrustPolicy.allowUnsigned())) {
                Model.plan(checkpoint, OPTIONS);
            }
        });
    }

    static byte[] config() {
        return SETTINGS.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] index() {
        var map = new StringJoiner(", ", "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {", "}}");
        TENSORS.keySet().forEach(name -> map.add('"' + name + "\": \"" + SHARD + '"'));
        return map.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, int[]> tensors() {
        Map<String, int[]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", new int[] {VOCABULARY, 8});
        tensors.put("model.norm.weight", new int[] {8});
        String layer = "model.layers.0.";
        tensors.put(layer + "input_layernorm.weight", new int[] {8});
        tensors.put(layer + "post_attention_layernorm.weight", new int[] {8});
        tensors.put(layer + "self_attn.q_proj.weight", new int[] {8, 8});
        tensors.put(layer + "self_attn.k_proj.weight", new int[] {4, 8});
        tensors.put(layer + "self_attn.v_proj.weight", new int[] {4, 8});
        tensors.put(layer + "self_attn.o_proj.weight", new int[] {8, 8});
        tensors.put(layer + "mlp.gate_proj.weight", new int[] {8, 8});
        tensors.put(layer + "mlp.up_proj.weight", new int[] {8, 8});
        tensors.put(layer + "mlp.down_proj.weight", new int[] {8, 8});
        return tensors;
    }

    /** All zeros, in halves. */
    static byte[] weights() {
        var header = new StringJoiner(",", "{\"__metadata__\":{\"format\":\"pt\"},", "}  ");
        int at = 0;
        for (var tensor : TENSORS.entrySet()) {
            int[] shape = tensor.getValue();
            int end = at + Short.BYTES * shape[0] * (shape.length == 1 ? 1 : shape[1]);
            header.add('"' + tensor.getKey() + "\":{\"dtype\":\"F16\",\"shape\":" + Arrays.toString(shape) + ",\"data_offsets\":[" + at + ',' + end + "]}");
            at = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length + at).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array();
    }

    /** A token for each byte, as GPT-2 spells bytes: printable ones as themselves, the others as letters from 256 on; and one of two. */
    private static byte[] tokenizer() {
        var vocabulary = new StringJoiner(",", "{", "}");
        int others = 0;
        for (int b = 0; b < BYTES; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            int letter = printable ? b : BYTES + others++;
            vocabulary.add(String.format("\"\\u%04x\":%d", letter, b));
        }
        vocabulary.add("\"ab\":" + BYTES);
        return ("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],\"normalizer\":null,"
                + "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true},\"post_processor\":null,"
                + "\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true},"
                + "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,"
                + "\"fuse_unk\":false,\"vocab\":" + vocabulary + ",\"merges\":[\"a b\"]}}").getBytes(StandardCharsets.UTF_8);
    }
}
