package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import java.util.List;

/** Families as keras-hub stores them, under the names of transformers: every matrix is (input, output). */
final class KerasFamilies {
    private static final Family LLAMA = family("llama", "LlamaBackbone", "Llama3Backbone")
            .settings(LlamaFamilies.SIZES).settings(LlamaFamilies.RMS_EPSILON).tensors(DecoderTensors.NORMS_BEFORE).tensors("""
            token_embd.weight        embed_tokens.weight
            output_norm.weight       norm.weight
            output.weight            lm_head.weight                     TRANSPOSED
            blk.#.attn_q.weight      layers.#.self_attn.q_proj.weight   TRANSPOSED_ROTATED
            blk.#.attn_k.weight      layers.#.self_attn.k_proj.weight   TRANSPOSED_ROTATED
            blk.#.attn_v.weight      layers.#.self_attn.v_proj.weight   TRANSPOSED
            blk.#.attn_output.weight layers.#.self_attn.o_proj.weight   TRANSPOSED
            blk.#.ffn_gate.weight    layers.#.mlp.gate_proj.weight      TRANSPOSED
            blk.#.ffn_up.weight      layers.#.mlp.up_proj.weight        TRANSPOSED
            blk.#.ffn_down.weight    layers.#.mlp.down_proj.weight      TRANSPOSED
            """).build();

    private static final Family GPT_2 = family("gpt2", "GPT2Backbone").settings(OtherDecoders.GPT_2_SETTINGS).tensors("""
            token_embd.weight    wte.weight
            position_embd.weight wpe.weight
            output_norm.*        ln_f.*
            blk.#.attn_norm.*    h.#.ln_1.*
            blk.#.attn_qkv.*     h.#.attn.q.*,h.#.attn.k.*,h.#.attn.v.* TRANSPOSED
            blk.#.attn_output.*  h.#.attn.c_proj.*                      TRANSPOSED
            blk.#.ffn_norm.*     h.#.ln_2.*
            blk.#.ffn_up.*       h.#.mlp.c_fc.*                         TRANSPOSED
            blk.#.ffn_down.*     h.#.mlp.c_proj.*                       TRANSPOSED
            """).tied().rotation(Rotation.NONE).activations("gelu_new").build();

    static final List<Family> ALL = List.of(LLAMA, GPT_2);

    private KerasFamilies() {
    }
}
