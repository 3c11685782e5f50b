package dev.lockstep.loader.internal.huggingface;

/**
 * Tensors that many families of decoders have, as lines for {@link TensorRule#table}. A rule whose stored tensor is missing gives none, so
 * biases may be in all of them.
 */
final class DecoderTensors {
    static final String OUTER = """
            token_embd.weight  embed_tokens.weight
            output_norm.weight norm.weight
            output.weight      lm_head.weight
            """;

    static final String ADJACENT_ATTENTION = """
            blk.#.attn_q.*      layers.#.self_attn.q_proj.* ROTATED
            blk.#.attn_k.*      layers.#.self_attn.k_proj.* ROTATED
            blk.#.attn_v.*      layers.#.self_attn.v_proj.*
            blk.#.attn_output.* layers.#.self_attn.o_proj.*
            """;

    static final String HALVES_ATTENTION = """
            blk.#.attn_q.*      layers.#.self_attn.q_proj.*
            blk.#.attn_k.*      layers.#.self_attn.k_proj.*
            blk.#.attn_v.*      layers.#.self_attn.v_proj.*
            blk.#.attn_output.* layers.#.self_attn.o_proj.*
            """;

    static final String QUERY_KEY_NORMS = """
            blk.#.attn_q_norm.weight layers.#.self_attn.q_norm.weight
            blk.#.attn_k_norm.weight layers.#.self_attn.k_norm.weight
            """;

    static final String NORMS_BEFORE = """
            blk.#.attn_norm.* layers.#.input_layernorm.*
            blk.#.ffn_norm.*  layers.#.post_attention_layernorm.*
            """;

    static final String NORMS_AFTER = """
            blk.#.post_attention_norm.weight layers.#.post_attention_layernorm.weight
            blk.#.post_ffw_norm.weight       layers.#.post_feedforward_layernorm.weight
            """;

    static final String GATED = """
            blk.#.ffn_gate.* layers.#.mlp.gate_proj.*
            blk.#.ffn_up.*   layers.#.mlp.up_proj.*
            blk.#.ffn_down.* layers.#.mlp.down_proj.*
            """;

    static final String EXPERTS = """
            blk.#.ffn_gate_inp.weight  layers.#.mlp.gate.weight
            blk.#.ffn_gate_exps.weight layers.#.mlp.experts.@.gate_proj.weight
            blk.#.ffn_up_exps.weight   layers.#.mlp.experts.@.up_proj.weight
            blk.#.ffn_down_exps.weight layers.#.mlp.experts.@.down_proj.weight
            """;

    static final String SHARED_EXPERT = """
            blk.#.ffn_gate_inp_shexp.weight layers.#.mlp.shared_expert_gate.weight AS_VECTOR
            blk.#.ffn_gate_shexp.weight     layers.#.mlp.shared_expert.gate_proj.weight
            blk.#.ffn_up_shexp.weight       layers.#.mlp.shared_expert.up_proj.weight
            blk.#.ffn_down_shexp.weight     layers.#.mlp.shared_expert.down_proj.weight
            """;

    static final String MIXTRAL_EXPERTS = """
            blk.#.ffn_gate_inp.weight  layers.#.block_sparse_moe.gate.weight
            blk.#.ffn_gate_exps.weight layers.#.block_sparse_moe.experts.@.w1.weight
            blk.#.ffn_up_exps.weight   layers.#.block_sparse_moe.experts.@.w3.weight
            blk.#.ffn_down_exps.weight layers.#.block_sparse_moe.experts.@.w2.weight
            """;

    static final String GRANITE_EXPERTS = """
            blk.#.ffn_gate_inp.weight  layers.#.block_sparse_moe.router.layer.weight
            blk.#.ffn_gate_exps.weight layers.#.block_sparse_moe.input_linear.weight FIRST_HALVES
            blk.#.ffn_up_exps.weight   layers.#.block_sparse_moe.input_linear.weight SECOND_HALVES
            blk.#.ffn_down_exps.weight layers.#.block_sparse_moe.output_linear.weight
            """;

    static final String GEMMA_OUTER = """
            token_embd.weight  embed_tokens.weight
            output_norm.weight norm.weight PLUS_ONE
            output.weight      lm_head.weight
            """;

    static final String GEMMA_NORMS_BEFORE = """
            blk.#.attn_norm.weight layers.#.input_layernorm.weight          PLUS_ONE
            blk.#.ffn_norm.weight  layers.#.post_attention_layernorm.weight PLUS_ONE
            """;

    static final String GEMMA_NORMS_AROUND = """
            blk.#.attn_norm.weight           layers.#.input_layernorm.weight            PLUS_ONE
            blk.#.post_attention_norm.weight layers.#.post_attention_layernorm.weight   PLUS_ONE
            blk.#.ffn_norm.weight            layers.#.pre_feedforward_layernorm.weight  PLUS_ONE
            blk.#.post_ffw_norm.weight       layers.#.post_feedforward_layernorm.weight PLUS_ONE
            """;

    static final String GEMMA_QUERY_KEY_NORMS = """
            blk.#.attn_q_norm.weight layers.#.self_attn.q_norm.weight PLUS_ONE
            blk.#.attn_k_norm.weight layers.#.self_attn.k_norm.weight PLUS_ONE
            """;

    private DecoderTensors() {
    }
}
