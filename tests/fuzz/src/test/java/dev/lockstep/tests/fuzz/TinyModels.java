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
    private static final int CONTEXT = 16;

    private TinyModels() {
    }

    /** All models by the name of their seed file. */
    static Map<String, GgufImage> all() {
        Map<String, GgufImage> models = new LinkedHashMap<>();
        models.put("spm-f32", sentencePiece(DType.F32, 2));
        models.put("spm-f16", sentencePiece(DType.F16, 4));
        models.put("spm-q8_0", sentencePiece(DType.Q8_0, 32));
        models.put("bpe-bf16", byteLevel(DType.BF16, 2));
        models.put("gemma3-f32", gemma3(2));
        models.put("gpt2-f32", gpt2(2));
        models.put("qwen2moe-f32", qwen2Moe(2));
        models.put("bert-f32", bert(2));
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

    /** With all that is said of windows, caps and the scaling of rotations, and queries, keys and values in one matrix. */
    private static GgufImage gemma3(int dim) {
        var file = hyperparameters("gemma3", dim, 2)
                .float32("gemma3.attention.layer_norm_rms_epsilon", 1e-6f)
                .uint32("gemma3.attention.sliding_window", 4)
                .int32s("gemma3.attention.sliding_window_pattern", List.of(1, 0))
                .float32("gemma3.attn_logit_softcapping", 50)
                .float32("gemma3.final_logit_softcapping", 30)
                .float32("gemma3.attention.scale", 0.5f)
                .float32("gemma3.rope.freq_base_swa", 1000)
                .text("gemma3.rope.scaling.type", "yarn")
                .float32("gemma3.rope.scaling.factor", 4)
                .float32("gemma3.rope.scaling.attn_factor", 1.5f)
                .uint32("gemma3.rope.scaling.original_context_length", 8)
                .float32("gemma3.rope.scaling.yarn_beta_fast", 16)
                .float32("gemma3.rope.scaling.yarn_beta_slow", 2);
        List<String> tokens = List.of("<unk>", "<s>", "</s>", "x");
        addSentencePiece(file, tokens, List.of(2, 3, 3, 1));
        file.tensor("token_embd.weight", DType.F32, tokens.size(), dim).tensor("output_norm.weight", DType.F32, dim);
        for (String blk : List.of("blk.0.", "blk.1.")) {
            for (String norm : List.of("attn_norm", "attn_q_norm", "attn_k_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")) {
                file.tensor(blk + norm + ".weight", DType.F32, dim);
            }
            file.tensor(blk + "attn_qkv.weight", DType.F32, 3L * dim, dim).tensor(blk + "attn_qkv.bias", DType.F32, 3L * dim);
            for (String matrix : List.of("attn_output", "ffn_gate", "ffn_up", "ffn_down")) {
                file.tensor(blk + matrix + ".weight", DType.F32, dim, dim);
            }
        }
        return file.tensor("rope_factors_long.weight", DType.F32, dim / 2).tensor("rope_factors_short.weight", DType.F32, dim / 2).build();
    }

    /** Learned positions, biases everywhere, and a network without gate. */
    private static GgufImage gpt2(int dim) {
        var file = hyperparameters("gpt2", dim, 1).float32("gpt2.attention.layer_norm_epsilon", 1e-5f);
        List<String> tokens = List.of("<unk>", "<s>", "</s>", "x");
        addSentencePiece(file, tokens, List.of(2, 3, 3, 1));
        file.tensor("token_embd.weight", DType.F32, tokens.size(), dim).tensor("position_embd.weight", DType.F32, CONTEXT, dim);
        for (String norm : List.of("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm")) {
            file.tensor(norm + ".weight", DType.F32, dim).tensor(norm + ".bias", DType.F32, dim);
        }
        for (String matrix : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down")) {
            file.tensor("blk.0." + matrix + ".weight", DType.F32, dim, dim).tensor("blk.0." + matrix + ".bias", DType.F32, dim);
        }
        return file.build();
    }

    /** Experts, and one that all tokens pass. */
    private static GgufImage qwen2Moe(int dim) {
        int experts = 3;
        var file = hyperparameters("qwen2moe", dim, 1).float32("qwen2moe.attention.layer_norm_rms_epsilon", 1e-6f)
                .uint32("qwen2moe.expert_count", experts)
                .uint32("qwen2moe.expert_used_count", 2)
                .uint32("qwen2moe.expert_feed_forward_length", dim)
                .uint32("qwen2moe.expert_shared_feed_forward_length", dim)
                .uint32("qwen2moe.expert_gating_func", 1)
                .bool("qwen2moe.expert_weights_norm", true)
                .float32("qwen2moe.expert_weights_scale", 2);
        List<String> tokens = List.of("<unk>", "<s>", "</s>", "x");
        addSentencePiece(file, tokens, List.of(2, 3, 3, 1));
        file.tensor("token_embd.weight", DType.F32, tokens.size(), dim);
        for (String norm : List.of("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm")) {
            file.tensor(norm + ".weight", DType.F32, dim);
        }
        for (String matrix : List.of("attn_q", "attn_k", "attn_v")) {
            file.tensor("blk.0." + matrix + ".weight", DType.F32, dim, dim).tensor("blk.0." + matrix + ".bias", DType.F32, dim);
        }
        for (String matrix : List.of("attn_output", "ffn_gate_shexp", "ffn_up_shexp", "ffn_down_shexp")) {
            file.tensor("blk.0." + matrix + ".weight", DType.F32, dim, dim);
        }
        for (String matrix : List.of("ffn_gate_exps", "ffn_up_exps", "ffn_down_exps")) {
            file.tensor("blk.0." + matrix + ".weight", DType.F32, experts, dim, dim);
        }
        return file.tensor("blk.0.ffn_gate_inp.weight", DType.F32, experts, dim).tensor("blk.0.ffn_gate_inp_shexp.weight", DType.F32, dim).build();
    }

    /** An encoder with a WordPiece vocabulary. */
    private static GgufImage bert(int dim) {
        var file = hyperparameters("bert", dim, 1).float32("bert.attention.layer_norm_epsilon", 1e-12f)
                .bool("bert.attention.causal", false)
                .uint32("bert.pooling_type", 1);
        List<String> tokens = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2581a", "b");
        file.text(TOKENIZER + "model", "bert").texts(TOKENIZER + "tokens", tokens)
                .int32s(TOKENIZER + "token_type", List.of(3, 3, 3, 3, 1, 1))
                .uint32(TOKENIZER + "unknown_token_id", 1)
                .uint32(TOKENIZER + "bos_token_id", 2)
                .uint32(TOKENIZER + "seperator_token_id", 3);
        file.tensor("token_embd.weight", DType.F32, tokens.size(), dim).tensor("position_embd.weight", DType.F32, CONTEXT, dim)
                .tensor("token_types.weight", DType.F32, 2, dim);
        for (String norm : List.of("token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm")) {
            file.tensor(norm + ".weight", DType.F32, dim).tensor(norm + ".bias", DType.F32, dim);
        }
        for (String matrix : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down")) {
            file.tensor("blk.0." + matrix + ".weight", DType.F32, dim, dim).tensor("blk.0." + matrix + ".bias", DType.F32, dim);
        }
        return file.build();
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

    /** Hyperparameters of a Llama model with {@code layers} layers. */
    static GgufBuilder hyperparameters(int dim, int layers) {
        return hyperparameters("llama", dim, layers)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .uint32("llama.rope.dimension_count", dim)
                .float32("llama.rope.freq_base", 10_000)
                .text("llama.rope.scaling.type", "linear")
                .float32("llama.rope.scaling.factor", 2);
    }

    /** The sizes that every architecture has. */
    private static GgufBuilder hyperparameters(String architecture, int dim, int layers) {
        return new GgufBuilder()
                .text("general.architecture", architecture)
                .uint32("general.alignment", 32)
                .uint32(architecture + ".block_count", layers)
                .uint32(architecture + ".context_length", CONTEXT)
                .uint32(architecture + ".embedding_length", dim)
                .uint32(architecture + ".feed_forward_length", dim)
                .uint32(architecture + ".attention.head_count", 1)
                .uint32(architecture + ".attention.head_count_kv", 1);
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
