package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.DecoderTensors.affine;
import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import dev.lockstep.loader.internal.huggingface.TensorRule.Form;
import java.util.List;

/** Families as keras-hub stores them, under the names of transformers: every matrix is (input, output). */
final class KerasFamilies {
    static final List<Family> ALL = List.of(
            family("llama", "LlamaBackbone", "Llama3Backbone").settings(LlamaFamilies.SIZES).settings(LlamaFamilies.RMS_EPSILON)
                    .tensors(TensorRule.of("token_embd.weight", "embed_tokens.weight"), TensorRule.of("output_norm.weight", "norm.weight"),
                            TensorRule.of("output.weight", "lm_head.weight", Form.TRANSPOSED))
                    .tensors(DecoderTensors.NORMS_BEFORE)
                    .tensors(DecoderTensors.layer("attn_q.weight", "self_attn.q_proj.weight", Form.TRANSPOSED_ROTATED),
                            DecoderTensors.layer("attn_k.weight", "self_attn.k_proj.weight", Form.TRANSPOSED_ROTATED),
                            DecoderTensors.layer("attn_v.weight", "self_attn.v_proj.weight", Form.TRANSPOSED),
                            DecoderTensors.layer("attn_output.weight", "self_attn.o_proj.weight", Form.TRANSPOSED),
                            DecoderTensors.layer("ffn_gate.weight", "mlp.gate_proj.weight", Form.TRANSPOSED),
                            DecoderTensors.layer("ffn_up.weight", "mlp.up_proj.weight", Form.TRANSPOSED),
                            DecoderTensors.layer("ffn_down.weight", "mlp.down_proj.weight", Form.TRANSPOSED)).build(),
            family("gpt2", "GPT2Backbone").settings(OtherDecoders.GPT2_SETTINGS)
                    .tensors(TensorRule.of("token_embd.weight", "wte.weight"), TensorRule.of("position_embd.weight", "wpe.weight"))
                    .tensors(affine("output_norm", "ln_f")).tensors(affine("blk.{l}.attn_norm", "h.{l}.ln_1")).tensors(affine("blk.{l}.ffn_norm", "h.{l}.ln_2"))
                    .tensors(fused(".weight", Form.TRANSPOSED), fused(".bias", Form.AS_STORED))
                    .tensors(affine("blk.{l}.attn_output", "h.{l}.attn.c_proj", Form.TRANSPOSED))
                    .tensors(affine("blk.{l}.ffn_up", "h.{l}.mlp.c_fc", Form.TRANSPOSED)).tensors(affine("blk.{l}.ffn_down", "h.{l}.mlp.c_proj", Form.TRANSPOSED))
                    .tied().rotation(Rotation.NONE).build());

    private KerasFamilies() {
    }

    private static TensorRule fused(String ending, Form form) {
        return new TensorRule("blk.{l}.attn_qkv" + ending, List.of("h.{l}.attn.q" + ending, "h.{l}.attn.k" + ending, "h.{l}.attn.v" + ending), form);
    }
}
