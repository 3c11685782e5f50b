package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.DecoderTensors.attention;
import static dev.lockstep.loader.internal.huggingface.DecoderTensors.layer;
import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;
import static dev.lockstep.loader.internal.huggingface.SettingRule.integer;
import static dev.lockstep.loader.internal.huggingface.SettingRule.number;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import dev.lockstep.loader.internal.huggingface.TensorRule.Form;
import java.util.List;

/** The table of decoders that are built like Llama: RMS norms, gated feed-forward networks, rotated heads. */
final class LlamaFamilies {
    static final List<SettingRule> SIZES = List.of(
            integer("context_length", "max_position_embeddings"),
            integer("embedding_length", "hidden_size"),
            integer("block_count", "num_hidden_layers"),
            integer("feed_forward_length", "intermediate_size"),
            integer("attention.head_count", "num_attention_heads"),
            integer("vocab_size", "vocab_size"));

    static final SettingRule RMS_EPSILON = number("attention.layer_norm_rms_epsilon", "rms_norm_eps");

    private static final List<SettingRule> EXPERTS = List.of(
            integer("expert_count", "num_local_experts", "num_experts"), integer("expert_used_count", "num_experts_per_tok"));

    private static final SettingRule EXPERT_WIDTH = integer("expert_feed_forward_length", "moe_intermediate_size");

    private static final List<SettingRule> GRANITE_FACTORS = List.of(
            number("embedding_scale", "embedding_multiplier").or(1), number("residual_scale", "residual_multiplier").or(1),
            number("logit_scale", "logits_scaling").or(1), number("attention.scale", "attention_multiplier").or(1));

    static final List<Family> ALL = List.of(
            adjacent("llama", "llama", "mistral").tensors(DecoderTensors.GATED).windows(Windows.ALL).build(),
            adjacent("llama", "mixtral").settings(EXPERTS).tensors(DecoderTensors.MIXTRAL_EXPERTS).windows(Windows.ALL).build(),
            adjacent("granite", "granite").settings(GRANITE_FACTORS).tensors(DecoderTensors.GATED).build(),
            adjacent("granitemoe", "granitemoe").settings(GRANITE_FACTORS).settings(EXPERTS).tensors(DecoderTensors.GRANITE_EXPERTS).build(),
            adjacent("smollm3", "smollm3").tensors(DecoderTensors.GATED).tied().windows(Windows.OPTIONAL).build(),
            halves("qwen2", "qwen2").tensors(DecoderTensors.GATED).windows(Windows.OPTIONAL).build(),
            halves("qwen2moe", "qwen2_moe").settings(EXPERTS).settings(EXPERT_WIDTH, integer("expert_shared_feed_forward_length", "shared_expert_intermediate_size"))
                    .tensors(DecoderTensors.EXPERTS).tensors(DecoderTensors.SHARED_EXPERT).windows(Windows.OPTIONAL)
                    .demand("norm_topk_prob", "false").demand("decoder_sparse_step", "1").demand("mlp_only_layers", "[]").build(),
            halves("qwen3", "qwen3").tensors(DecoderTensors.GATED).tensors(DecoderTensors.QUERY_KEY_NORMS).windows(Windows.OPTIONAL).build(),
            halves("qwen3moe", "qwen3_moe").settings(EXPERTS).settings(EXPERT_WIDTH).tensors(DecoderTensors.EXPERTS)
                    .tensors(DecoderTensors.QUERY_KEY_NORMS).windows(Windows.OPTIONAL).require("norm_topk_prob", "true")
                    .demand("decoder_sparse_step", "1").demand("mlp_only_layers", "[]").build(),
            family("olmo2", "olmo2").settings(SIZES).settings(RMS_EPSILON).tensors(DecoderTensors.OUTER).tensors(attention(Form.AS_STORED))
                    .tensors(DecoderTensors.NORMS_AFTER).tensors(DecoderTensors.QUERY_KEY_NORMS).tensors(DecoderTensors.GATED).build(),
            halves("olmoe", "olmoe").settings(EXPERTS).settings(integer("expert_feed_forward_length", "intermediate_size"))
                    .tensors(DecoderTensors.EXPERTS).tensors(DecoderTensors.QUERY_KEY_NORMS).demand("norm_topk_prob", "false").demand("clip_qkv").build(),
            gemma("gemma", "gemma").settings(SIZES).settings(RMS_EPSILON).tensors(layer("attn_norm.weight", "input_layernorm.weight", Form.PLUS_ONE),
                    layer("ffn_norm.weight", "post_attention_layernorm.weight", Form.PLUS_ONE)).activations("gelu_pytorch_tanh", "gelu_new", "gelu").build(),
            gemma("gemma2", "gemma2").settings(SIZES).settings(RMS_EPSILON).settings(number("attn_logit_softcapping", "attn_logit_softcapping").or(50),
                    number("final_logit_softcapping", "final_logit_softcapping").or(30)).tensors(DecoderTensors.NORMS_AROUND).windows(Windows.allBut(2)).build(),
            gemma("gemma3", "gemma3_text", "gemma3").settings(gemma3Sizes()).tensors(DecoderTensors.NORMS_AROUND)
                    .tensors(layer("attn_q_norm.weight", "self_attn.q_norm.weight", Form.PLUS_ONE), layer("attn_k_norm.weight", "self_attn.k_norm.weight", Form.PLUS_ONE))
                    .prefixes("model.language_model.", "language_model.model.", "language_model.", "model.").rotation(new Rotation(true, 1, 1_000_000))
                    .windows(Windows.allBut(6)).demand("attn_logit_softcapping").demand("final_logit_softcapping")
                    .demand("use_bidirectional_attention", "false").ignored("vision_tower.", "multi_modal_projector.").build());

    private LlamaFamilies() {
    }

    /** Values of a head that lie side by side are rotated together, once they are in GGUF's order. */
    private static FamilyBuilder adjacent(String ggufName, String... modelTypes) {
        return family(ggufName, modelTypes).settings(SIZES).settings(RMS_EPSILON)
                .tensors(DecoderTensors.OUTER).tensors(attention(Form.ROTATED)).tensors(DecoderTensors.NORMS_BEFORE);
    }

    /** Values of both halves of a head are rotated together. */
    private static FamilyBuilder halves(String ggufName, String... modelTypes) {
        return family(ggufName, modelTypes).settings(SIZES).settings(RMS_EPSILON)
                .tensors(DecoderTensors.OUTER).tensors(attention(Form.AS_STORED)).tensors(DecoderTensors.NORMS_BEFORE);
    }

    private static FamilyBuilder gemma(String ggufName, String... modelTypes) {
        return family(ggufName, modelTypes).tied().activations("gelu_pytorch_tanh", "gelu_new")
                .tensors(TensorRule.of("token_embd.weight", "embed_tokens.weight"), TensorRule.of("output_norm.weight", "norm.weight", Form.PLUS_ONE),
                        TensorRule.of("output.weight", "lm_head.weight"))
                .tensors(attention(Form.AS_STORED)).tensors(DecoderTensors.GATED);
    }

    /** Published settings leave away what is as in the 4B model. */
    private static List<SettingRule> gemma3Sizes() {
        return List.of(
                integer("context_length", "max_position_embeddings").or(131_072),
                integer("embedding_length", "hidden_size").or(2304),
                integer("block_count", "num_hidden_layers").or(26),
                integer("feed_forward_length", "intermediate_size").or(9216),
                integer("attention.head_count", "num_attention_heads").or(8),
                integer("vocab_size", "vocab_size").or(262_208),
                number("attention.layer_norm_rms_epsilon", "rms_norm_eps").or(1e-6));
    }
}
