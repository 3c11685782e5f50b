package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import java.util.List;

/** The table of decoders that are built in other ways than Llama. */
final class OtherDecoders {
    /** Causal masks that old versions stored. */
    private static final String[] MASKS = {".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias"};

    static final String GPT_2_SETTINGS = """
            INTEGER context_length       n_positions,n_ctx,max_position_embeddings
            INTEGER embedding_length     n_embd,hidden_size
            INTEGER block_count          n_layer,num_hidden_layers
            INTEGER attention.head_count n_head,num_attention_heads
            INTEGER vocab_size           vocab_size
            NUMBER  attention.layer_norm_epsilon layer_norm_epsilon = 1e-5
            """;

    private static final Family PHI_2 = family("phi2", "phi").settings(LlamaFamilies.SIZES).settings("""
            NUMBER attention.layer_norm_epsilon layer_norm_eps = 1e-5
            """).tensors("""
            token_embd.weight   embed_tokens.weight
            output_norm.*       final_layernorm.*
            output.*            lm_head.*
            blk.#.attn_norm.*   layers.#.input_layernorm.*
            blk.#.attn_qkv.*    layers.#.self_attn.q_proj.*,layers.#.self_attn.k_proj.*,layers.#.self_attn.v_proj.*
            blk.#.attn_output.* layers.#.self_attn.dense.*
            blk.#.ffn_up.*      layers.#.mlp.fc1.*
            blk.#.ffn_down.*    layers.#.mlp.fc2.*
            """).rotation(Rotation.ofShare(0.5)).activations("gelu_new", "gelu_pytorch_tanh").demand("qk_layernorm", "false").build();

    private static final Family PHI_3 = family("phi3", "phi3").settings(LlamaFamilies.SIZES).settings(LlamaFamilies.RMS_EPSILON)
            .tensors(DecoderTensors.OUTER).tensors(DecoderTensors.NORMS_BEFORE).tensors("""
            blk.#.attn_qkv.weight    layers.#.self_attn.qkv_proj.weight
            blk.#.attn_output.weight layers.#.self_attn.o_proj.weight
            blk.#.ffn_up.weight      layers.#.mlp.gate_up_proj.weight
            blk.#.ffn_down.weight    layers.#.mlp.down_proj.weight
            """).windows(Windows.ALL).build();

    private static final Family GPT_2 = family("gpt2", "gpt2").settings(GPT_2_SETTINGS).tensors("""
            token_embd.weight    wte.weight
            position_embd.weight wpe.weight
            output_norm.*        ln_f.*
            output.weight        lm_head.weight
            blk.#.attn_norm.*    h.#.ln_1.*
            blk.#.attn_qkv.*     h.#.attn.c_attn.* TRANSPOSED
            blk.#.attn_output.*  h.#.attn.c_proj.* TRANSPOSED
            blk.#.ffn_norm.*     h.#.ln_2.*
            blk.#.ffn_up.*       h.#.mlp.c_fc.*    TRANSPOSED
            blk.#.ffn_down.*     h.#.mlp.c_proj.*  TRANSPOSED
            """).prefixes("transformer.").tied().rotation(Rotation.NONE).activations("gelu_new", "gelu_pytorch_tanh").ignored(MASKS)
            .demand("scale_attn_weights", "true").demand("scale_attn_by_inverse_layer_idx", "false").demand("add_cross_attention", "false").build();

    private static final Family GPT_NEOX = family("gptneox", "gpt_neox").settings(LlamaFamilies.SIZES).settings("""
            NUMBER attention.layer_norm_epsilon layer_norm_eps = 1e-5
            """).tensors("""
            token_embd.weight   embed_in.weight
            output_norm.*       final_layer_norm.*
            output.weight       embed_out.weight
            blk.#.attn_norm.*   layers.#.input_layernorm.*
            blk.#.attn_qkv.*    layers.#.attention.query_key_value.* QUERY_KEY_VALUE
            blk.#.attn_output.* layers.#.attention.dense.*
            blk.#.ffn_norm.*    layers.#.post_attention_layernorm.*
            blk.#.ffn_up.*      layers.#.mlp.dense_h_to_4h.*
            blk.#.ffn_down.*    layers.#.mlp.dense_4h_to_h.*
            """).prefixes("gpt_neox.").rotation(Rotation.ofShare(0.25)).activations("gelu", "gelu_new", "gelu_fast").ignored(MASKS).build();

    private static final Family COHERE_2 = family("cohere2", "cohere2").settings(LlamaFamilies.SIZES).settings("""
            NUMBER attention.layer_norm_epsilon layer_norm_eps = 1e-5
            NUMBER logit_scale                  logit_scale    = 0.0625
            """).tensors(DecoderTensors.OUTER).tensors(DecoderTensors.HALVES_ATTENTION).tensors(DecoderTensors.GATED).tensors("""
            blk.#.attn_norm.weight layers.#.input_layernorm.weight
            """).tied().windows(Windows.allBut(4).usually(4096)).demand("use_qk_norm", "false").demand("use_parallel_block", "true").build();

    private static final Family STARCODER_2 = family("starcoder2", "starcoder2").settings(LlamaFamilies.SIZES).settings("""
            NUMBER attention.layer_norm_epsilon norm_epsilon = 1e-5
            """).tensors(DecoderTensors.HALVES_ATTENTION).tensors(DecoderTensors.NORMS_BEFORE).tensors("""
            token_embd.weight embed_tokens.weight
            output_norm.*     norm.*
            output.weight     lm_head.weight
            blk.#.ffn_up.*    layers.#.mlp.c_fc.*
            blk.#.ffn_down.*  layers.#.mlp.c_proj.*
            """).tied().keyValueHeads(2).windows(Windows.ALL).activations("gelu_pytorch_tanh", "gelu_new").build();

    static final List<Family> ALL = List.of(PHI_2, PHI_3, GPT_2, GPT_NEOX, COHERE_2, STARCODER_2);

    private OtherDecoders() {
    }
}
