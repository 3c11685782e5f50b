package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import dev.lockstep.loader.internal.huggingface.Family.Windows.Layers;
import java.util.List;

/** The table of decoders that are built like Llama: RMS norms, gated feed-forward networks, rotated heads. */
final class LlamaFamilies {
    static final String SIZES = """
            INTEGER context_length       max_position_embeddings
            INTEGER embedding_length     hidden_size
            INTEGER block_count          num_hidden_layers
            INTEGER feed_forward_length  intermediate_size
            INTEGER attention.head_count num_attention_heads
            INTEGER vocab_size           vocab_size
            """;

    static final String RMS_EPSILON = """
            NUMBER attention.layer_norm_rms_epsilon rms_norm_eps
            """;

    private static final String EXPERTS = """
            INTEGER expert_count      num_local_experts,num_experts
            INTEGER expert_used_count num_experts_per_tok
            """;

    private static final String EXPERT_WIDTH = """
            INTEGER expert_feed_forward_length moe_intermediate_size
            """;

    private static final String GRANITE_FACTORS = """
            NUMBER embedding_scale embedding_multiplier = 1
            NUMBER residual_scale  residual_multiplier  = 1
            NUMBER logit_scale     logits_scaling       = 1
            NUMBER attention.scale attention_multiplier = 1
            """;

    /** Published settings leave away what is as in this class of transformers. */
    private static final String GEMMA_3_SIZES = """
            INTEGER context_length       max_position_embeddings = 131072
            INTEGER embedding_length     hidden_size             = 2304
            INTEGER block_count          num_hidden_layers       = 26
            INTEGER feed_forward_length  intermediate_size       = 9216
            INTEGER attention.head_count num_attention_heads     = 8
            INTEGER vocab_size           vocab_size              = 262208
            NUMBER  attention.layer_norm_rms_epsilon rms_norm_eps = 1e-6
            """;

    private static final Windows QWEN_WINDOWS = Windows.of(Layers.LATE).ifUsed().usually(4096);

    static final List<Family> ALL = List.of(
            adjacent("llama", "llama").tensors(DecoderTensors.GATED).build(),
            adjacent("llama", "mistral").tensors(DecoderTensors.GATED).keyValueHeads(8).windows(Windows.ALL.usually(4096)).build(),
            adjacent("llama", "mixtral").settings(EXPERTS).tensors(DecoderTensors.MIXTRAL_EXPERTS).keyValueHeads(8)
                    .rotation(Rotation.ofBase(1_000_000)).windows(Windows.ALL).build(),
            adjacent("granite", "granite").settings(GRANITE_FACTORS).tensors(DecoderTensors.GATED).build(),
            adjacent("granitemoe", "granitemoe").settings(GRANITE_FACTORS).settings(EXPERTS).tensors(DecoderTensors.GRANITE_EXPERTS).build(),
            adjacent("smollm3", "smollm3").tensors(DecoderTensors.GATED).tied().keyValueHeads(4).rotation(Rotation.ofBase(2_000_000))
                    .windows(Windows.of(Layers.NOT_ROTATED).ifUsed()).build(),
            halves("qwen2", "qwen2").tensors(DecoderTensors.GATED).windows(QWEN_WINDOWS).build(),
            halves("qwen2moe", "qwen2_moe").settings(EXPERTS).settings(EXPERT_WIDTH).settings("""
                    INTEGER expert_shared_feed_forward_length shared_expert_intermediate_size
                    """)
                    .tensors(DecoderTensors.EXPERTS).tensors(DecoderTensors.SHARED_EXPERT)
                    .keyValueHeads(16).windows(Windows.of(Layers.UNKNOWN).ifUsed().usually(4096))
                    .demand("norm_topk_prob", "false").demand("decoder_sparse_step", "1").demand("mlp_only_layers", "[]").build(),
            halves("qwen3", "qwen3").tensors(DecoderTensors.GATED).tensors(DecoderTensors.QUERY_KEY_NORMS).windows(QWEN_WINDOWS).build(),
            halves("qwen3moe", "qwen3_moe").settings(EXPERTS).settings(EXPERT_WIDTH)
                    .tensors(DecoderTensors.EXPERTS).tensors(DecoderTensors.QUERY_KEY_NORMS)
                    .keyValueHeads(4).windows(Windows.ALL.ifUsed().usually(4096))
                    .require("norm_topk_prob", "true").demand("decoder_sparse_step", "1").demand("mlp_only_layers", "[]").build(),
            olmo("olmo2").build(),
            olmo("olmo3").windows(Windows.allBut(4).usually(4096)).build(),
            halves("olmoe", "olmoe").settings(EXPERTS).settings("""
                    INTEGER expert_feed_forward_length intermediate_size
                    """)
                    .tensors(DecoderTensors.EXPERTS).tensors(DecoderTensors.QUERY_KEY_NORMS)
                    .demand("norm_topk_prob", "false").demand("clip_qkv").build(),
            gemma("gemma", "gemma").settings(SIZES).settings(RMS_EPSILON).tensors(DecoderTensors.GEMMA_NORMS_BEFORE)
                    .activations("gelu_pytorch_tanh", "gelu_new", "gelu").demand("use_bidirectional_attention", "false").build(),
            gemma("gemma2", "gemma2").settings(SIZES).settings(RMS_EPSILON).settings("""
                    SWITCH attn_logit_softcapping  attn_logit_softcapping  = 50
                    SWITCH final_logit_softcapping final_logit_softcapping = 30
                    """)
                    .tensors(DecoderTensors.GEMMA_NORMS_AROUND).keyValueHeads(4).windows(Windows.allBut(2).usually(4096))
                    .demand("use_bidirectional_attention", "false").build(),
            gemma("gemma3", "gemma3_text", "gemma3").settings(GEMMA_3_SIZES)
                    .tensors(DecoderTensors.GEMMA_NORMS_AROUND).tensors(DecoderTensors.GEMMA_QUERY_KEY_NORMS)
                    .prefixes("model.language_model.", "language_model.model.", "language_model.", "model.")
                    .keyValueHeads(4).rotation(Rotation.ofBase(1_000_000)).windows(Windows.allBut(6).usually(4096))
                    .demand("attn_logit_softcapping").demand("final_logit_softcapping").demand("use_bidirectional_attention", "false")
                    .ignored("vision_tower.", "multi_modal_projector.").build());

    private LlamaFamilies() {
    }

    /** Values of a head that lie side by side are rotated together, once they are in GGUF's order. */
    private static FamilyBuilder adjacent(String ggufName, String... modelTypes) {
        return family(ggufName, modelTypes).settings(SIZES).settings(RMS_EPSILON)
                .tensors(DecoderTensors.OUTER).tensors(DecoderTensors.ADJACENT_ATTENTION).tensors(DecoderTensors.NORMS_BEFORE);
    }

    /** Values of both halves of a head are rotated together. */
    private static FamilyBuilder halves(String ggufName, String... modelTypes) {
        return family(ggufName, modelTypes).settings(SIZES).settings(RMS_EPSILON)
                .tensors(DecoderTensors.OUTER).tensors(DecoderTensors.HALVES_ATTENTION).tensors(DecoderTensors.NORMS_BEFORE);
    }

    private static FamilyBuilder olmo(String modelType) {
        return family("olmo2", modelType).settings(SIZES).settings(RMS_EPSILON)
                .tensors(DecoderTensors.OUTER).tensors(DecoderTensors.HALVES_ATTENTION).tensors(DecoderTensors.NORMS_AFTER)
                .tensors(DecoderTensors.QUERY_KEY_NORMS).tensors(DecoderTensors.GATED);
    }

    private static FamilyBuilder gemma(String ggufName, String... modelTypes) {
        return family(ggufName, modelTypes).tied().activations("gelu_pytorch_tanh", "gelu_new")
                .tensors(DecoderTensors.GEMMA_OUTER).tensors(DecoderTensors.HALVES_ATTENTION).tensors(DecoderTensors.GATED);
    }
}
