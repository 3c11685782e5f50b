package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.internal.huggingface.TensorRule.Form;
import java.util.List;
import java.util.stream.Stream;

/** Rules for tensors that many families of decoders share. A rule whose stored tensor is missing gives none. */
final class DecoderTensors {
    static final List<TensorRule> OUTER = List.of(
            TensorRule.of("token_embd.weight", "embed_tokens.weight"),
            TensorRule.of("output_norm.weight", "norm.weight"),
            TensorRule.of("output.weight", "lm_head.weight"));

    static final List<TensorRule> EMBEDDINGS = List.of(TensorRule.of("token_embd.weight", "embed_tokens.weight"));

    static final List<TensorRule> GATED = Stream.of(
            affine("blk.{l}.ffn_gate", "layers.{l}.mlp.gate_proj"), affine("blk.{l}.ffn_up", "layers.{l}.mlp.up_proj"),
            affine("blk.{l}.ffn_down", "layers.{l}.mlp.down_proj")).flatMap(List::stream).toList();

    static final List<TensorRule> EXPERTS = List.of(
            layer("ffn_gate_inp.weight", "mlp.gate.weight"),
            layer("ffn_gate_exps.weight", "mlp.experts.{e}.gate_proj.weight"),
            layer("ffn_up_exps.weight", "mlp.experts.{e}.up_proj.weight"),
            layer("ffn_down_exps.weight", "mlp.experts.{e}.down_proj.weight"));

    static final List<TensorRule> SHARED_EXPERT = List.of(
            layer("ffn_gate_inp_shexp.weight", "mlp.shared_expert_gate.weight", Form.AS_VECTOR),
            layer("ffn_gate_shexp.weight", "mlp.shared_expert.gate_proj.weight"),
            layer("ffn_up_shexp.weight", "mlp.shared_expert.up_proj.weight"),
            layer("ffn_down_shexp.weight", "mlp.shared_expert.down_proj.weight"));

    static final List<TensorRule> MIXTRAL_EXPERTS = List.of(
            layer("ffn_gate_inp.weight", "block_sparse_moe.gate.weight"),
            layer("ffn_gate_exps.weight", "block_sparse_moe.experts.{e}.w1.weight"),
            layer("ffn_up_exps.weight", "block_sparse_moe.experts.{e}.w3.weight"),
            layer("ffn_down_exps.weight", "block_sparse_moe.experts.{e}.w2.weight"));

    static final List<TensorRule> GRANITE_EXPERTS = List.of(
            layer("ffn_gate_inp.weight", "block_sparse_moe.router.layer.weight"),
            layer("ffn_gate_exps.weight", "block_sparse_moe.input_linear.weight", Form.FIRST_HALVES),
            layer("ffn_up_exps.weight", "block_sparse_moe.input_linear.weight", Form.SECOND_HALVES),
            layer("ffn_down_exps.weight", "block_sparse_moe.output_linear.weight"));

    static final List<TensorRule> NORMS_BEFORE = List.of(
            layer("attn_norm.weight", "input_layernorm.weight"),
            layer("ffn_norm.weight", "post_attention_layernorm.weight"));

    static final List<TensorRule> NORMS_AFTER = List.of(
            layer("post_attention_norm.weight", "post_attention_layernorm.weight"),
            layer("post_ffw_norm.weight", "post_feedforward_layernorm.weight"));

    static final List<TensorRule> QUERY_KEY_NORMS = List.of(
            layer("attn_q_norm.weight", "self_attn.q_norm.weight"),
            layer("attn_k_norm.weight", "self_attn.k_norm.weight"));

    /** Gemma's norms around both blocks. */
    static final List<TensorRule> NORMS_AROUND = List.of(
            layer("attn_norm.weight", "input_layernorm.weight", Form.PLUS_ONE),
            layer("post_attention_norm.weight", "post_attention_layernorm.weight", Form.PLUS_ONE),
            layer("ffn_norm.weight", "pre_feedforward_layernorm.weight", Form.PLUS_ONE),
            layer("post_ffw_norm.weight", "post_feedforward_layernorm.weight", Form.PLUS_ONE));

    private DecoderTensors() {
    }

    static TensorRule layer(String ggufName, String stored) {
        return layer(ggufName, stored, Form.AS_STORED);
    }

    static TensorRule layer(String ggufName, String stored, Form form) {
        return TensorRule.of("blk.{l}." + ggufName, "layers.{l}." + stored, form);
    }

    /** @param queriesAndKeys what is done with those that are rotated */
    static List<TensorRule> attention(Form queriesAndKeys) {
        return Stream.of(
                affine("blk.{l}.attn_q", "layers.{l}.self_attn.q_proj", queriesAndKeys), affine("blk.{l}.attn_k", "layers.{l}.self_attn.k_proj", queriesAndKeys),
                affine("blk.{l}.attn_v", "layers.{l}.self_attn.v_proj"), affine("blk.{l}.attn_output", "layers.{l}.self_attn.o_proj"))
                .flatMap(List::stream).toList();
    }

    /**
     * The weight and the bias of a module of one layer.
     *
     * @param weight what is done with the weight; the bias is as stored unless it has the same rows
     */
    static List<TensorRule> affine(String ggufModule, String module, Form weight) {
        Form bias = weight == Form.TRANSPOSED ? Form.AS_STORED : weight;
        return List.of(TensorRule.of(ggufModule + ".weight", module + ".weight", weight), TensorRule.of(ggufModule + ".bias", module + ".bias", bias));
    }

    static List<TensorRule> affine(String ggufModule, String module) {
        return affine(ggufModule, module, Form.AS_STORED);
    }
}
