package dev.lockstep.tests.fuzz;

import dev.lockstep.quant.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The smallest complete models: one layer, a handful of values wide, of zeros. GGUF fuzzing starts from them. */
final class TinyModels {
    private static final String TOKENIZER = "tokenizer.ggml.";

    private TinyModels() {
    }

    /** All models by the name of their seed file. */
    static Map<String, GgufImage> all() {
        Map<String, GgufImage> models = new LinkedHashMap<>();
        models.put("spm-f32", sentencePiece(DType.F32, 2));
        models.put("spm-f16", sentencePiece(DType.F16, 4));
        models.put("spm-q8_0", sentencePiece(DType.Q8_0, 32));
        models.put("bpe-bf16", byteLevel(DType.BF16, 2));
        models.put("vocabulary-only", vocabularyOnly());
        return models;
    }

    /** A SentencePiece vocabulary without byte tokens: the unknown token stands for what it lacks. */
    private static GgufImage sentencePiece(DType type, int dim) {
        var file = hyperparameters(dim, 1);
        List<String> tokens = List.of("<unk>", "<s>", "</s>", "<0x0A>", "\u2581", "a", "b", "ab", "\u2581ab", "<|user|>");
        addSentencePiece(file, tokens, List.of(2, 3, 3, 6, 1, 1, 1, 1, 1, 4));
        addTensors(file, type, tokens.size(), dim, 1);
        return file.tensor("rope_freqs.weight", DType.F32, dim / 2).build();
    }

    private static GgufImage vocabularyOnly() {
        var file = new GgufBuilder().text("general.architecture", "llama");
        addSentencePiece(file, List.of("<unk>", "<s>", "</s>", "x"), List.of(2, 3, 3, 1));
        return file.build();
    }

    /** Adds a SentencePiece tokenizer whose first three tokens are unknown, begin and end. */
    static GgufBuilder addSentencePiece(GgufBuilder file, List<String> tokens, List<Integer> types) {
        return file.text(TOKENIZER + "model", "llama")
                .texts(TOKENIZER + "tokens", tokens)
                .float32s(TOKENIZER + "scores", Collections.nCopies(tokens.size(), -1.5f))
                .int32s(TOKENIZER + "token_type", types)
                .uint32(TOKENIZER + "bos_token_id", 1)
                .uint32(TOKENIZER + "eos_token_id", 2)
                .uint32(TOKENIZER + "unknown_token_id", 0)
                .bool(TOKENIZER + "add_bos_token", true)
                .bool(TOKENIZER + "add_space_prefix", true);
    }

    /** A byte-level vocabulary with ASCII and U+FFFD only, the fewest that is accepted. */
    private static GgufImage byteLevel(DType type, int dim) {
        List<String> tokens = new ArrayList<>();
        for (int value = 0; value < 0x80; value++) {
            tokens.add(Vocabularies.spelling(value));
        }
        tokens.addAll(List.of(Vocabularies.spelling(0xEF), Vocabularies.spelling(0xBF), Vocabularies.spelling(0xBD)));
        tokens.addAll(List.of("ab", "\u0120ab", "<|end|>"));
        List<Integer> types = new ArrayList<>(Collections.nCopies(tokens.size() - 1, 1));
        types.add(3);
        var file = hyperparameters(dim, 1)
                .text(TOKENIZER + "model", "gpt2")
                .text(TOKENIZER + "pre", "llama-bpe")
                .texts(TOKENIZER + "tokens", tokens)
                .int32s(TOKENIZER + "token_type", types)
                .texts(TOKENIZER + "merges", List.of("a b", "\u0120 ab"))
                .uint32(TOKENIZER + "eot_token_id", tokens.size() - 1);
        addTensors(file, type, tokens.size(), dim, 1);
        return file.tensor("output.weight", type, tokens.size(), dim).build();
    }

    /** Hyperparameters of a model with {@code layers} layers. */
    static GgufBuilder hyperparameters(int dim, int layers) {
        return new GgufBuilder()
                .text("general.architecture", "llama")
                .uint32("general.alignment", 32)
                .uint32("llama.block_count", layers)
                .uint32("llama.context_length", 16)
                .uint32("llama.embedding_length", dim)
                .uint32("llama.feed_forward_length", dim)
                .uint32("llama.attention.head_count", 1)
                .uint32("llama.attention.head_count_kv", 1)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .uint32("llama.rope.dimension_count", dim)
                .float32("llama.rope.freq_base", 10_000)
                .text("llama.rope.scaling.type", "linear")
                .float32("llama.rope.scaling.factor", 2);
    }

    /** All tensors that a model with {@code layers} layers needs. */
    static void addTensors(GgufBuilder file, DType type, int vocabulary, int dim, int layers) {
        file.tensor("token_embd.weight", type, vocabulary, dim).tensor("output_norm.weight", DType.F32, dim);
        for (int layer = 0; layer < layers; layer++) {
            String blk = "blk." + layer + ".";
            file.tensor(blk + "attn_norm.weight", DType.F32, dim).tensor(blk + "ffn_norm.weight", DType.F32, dim);
            for (String matrix : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")) {
                file.tensor(blk + matrix + ".weight", type, dim, dim);
            }
        }
    }
}
