package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.DecoderTensors.affine;
import static dev.lockstep.loader.internal.huggingface.DecoderTensors.attention;
import static dev.lockstep.loader.internal.huggingface.DecoderTensors.layer;
import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;
import static dev.lockstep.loader.internal.huggingface.SettingRule.integer;
import static dev.lockstep.loader.internal.huggingface.SettingRule.number;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import dev.lockstep.loader.internal.huggingface.TensorRule.Form;
import java.util.List;

/** The table of decoders that are built in other ways than Llama. */
final class OtherDecoders {
    /** Causal masks that old versions stored, and tables of rotations. */
    private static final String[] STORED_TABLES = {".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias"};

    static final List<SettingRule> GPT2_SETTINGS = List.of(
            integer("context_length", "n_positions", "n_ctx", "max_position_embeddings"), integer("embedding_length", "n_embd", "hidden_size"),
            integer("block_count", "n_layer", "num_hidden_layers"), integer("attention.head_count", "n_head", "num_attention_heads"),
            number("attention.layer_norm_epsilon", "layer_norm_epsilon").or(1e-5), integer("vocab_size", "vocab_size"));

    static final List<Family> ALL = List.of(
            family("phi3", "phi3").settings(LlamaFamilies.SIZES).settings(LlamaFamilies.RMS_EPSILON)
                    .tensors(DecoderTensors.OUTER).tensors(DecoderTensors.NORMS_BEFORE)
                    .tensors(layer("attn_qkv.weight", "self_attn.qkv_proj.weight"), layer("attn_output.weight", "self_attn.o_proj.weight"),
                            layer("ffn_up.weight", "mlp.gate_up_proj.weight"), layer("ffn_down.weight", "mlp.down_proj.weight"))
                    .windows(Windows.ALL).build(),
            family("phi2", "phi").settings(LlamaFamilies.SIZES).settings(number("attention.layer_norm_epsilon", "layer_norm_eps").or(1e-5))
                    .tensors(DecoderTensors.EMBEDDINGS).tensors(affine("output_norm", "final_layernorm")).tensors(affine("output", "lm_head"))
                    .tensors(affine("blk.{l}.attn_norm", "layers.{l}.input_layernorm"))
                    .tensors(fused(".weight"), fused(".bias"))
                    .tensors(affine("blk.{l}.attn_output", "layers.{l}.self_attn.dense"))
                    .tensors(affine("blk.{l}.ffn_up", "layers.{l}.mlp.fc1")).tensors(affine("blk.{l}.ffn_down", "layers.{l}.mlp.fc2"))
                    .rotation(Rotation.ofShare(0.5)).activations("gelu_new", "gelu_pytorch_tanh").demand("qk_layernorm", "false").build(),
            family("gpt2", "gpt2").settings(GPT2_SETTINGS)
                    .tensors(TensorRule.of("token_embd.weight", "wte.weight"), TensorRule.of("position_embd.weight", "wpe.weight"),
                            TensorRule.of("output.weight", "lm_head.weight"))
                    .tensors(affine("output_norm", "ln_f")).tensors(affine("blk.{l}.attn_norm", "h.{l}.ln_1")).tensors(affine("blk.{l}.ffn_norm", "h.{l}.ln_2"))
                    .tensors(affine("blk.{l}.attn_qkv", "h.{l}.attn.c_attn", Form.TRANSPOSED)).tensors(affine("blk.{l}.attn_output", "h.{l}.attn.c_proj", Form.TRANSPOSED))
                    .tensors(affine("blk.{l}.ffn_up", "h.{l}.mlp.c_fc", Form.TRANSPOSED)).tensors(affine("blk.{l}.ffn_down", "h.{l}.mlp.c_proj", Form.TRANSPOSED))
                    .prefixes("transformer.").tied().rotation(Rotation.NONE).activations("gelu_new", "gelu_pytorch_tanh").ignored(STORED_TABLES)
                    .demand("scale_attn_weights", "true").demand("scale_attn_by_inverse_layer_idx", "false").demand("add_cross_attention", "false").build(),
            family("gptneox", "gpt_neox").settings(LlamaFamilies.SIZES).settings(number("attention.layer_norm_epsilon", "layer_norm_eps").or(1e-5))
                    .tensors(TensorRule.of("token_embd.weight", "embed_in.weight"), TensorRule.of("output.weight", "embed_out.weight"))
                    .tensors(affine("output_norm", "final_layer_norm"))
                    .tensors(affine("blk.{l}.attn_norm", "layers.{l}.input_layernorm")).tensors(affine("blk.{l}.ffn_norm", "layers.{l}.post_attention_layernorm"))
                    .tensors(affine("blk.{l}.attn_qkv", "layers.{l}.attention.query_key_value", Form.QUERY_KEY_VALUE))
                    .tensors(affine("blk.{l}.attn_output", "layers.{l}.attention.dense"))
                    .tensors(affine("blk.{l}.ffn_up", "layers.{l}.mlp.dense_h_to_4h")).tensors(affine("blk.{l}.ffn_down", "layers.{l}.mlp.dense_4h_to_h"))
                    .prefixes("gpt_neox.").rotation(Rotation.ofShare(0.25)).activations("gelu", "gelu_new", "gelu_fast").ignored(STORED_TABLES).build(),
            family("cohere2", "cohere2").settings(LlamaFamilies.SIZES)
                    .settings(number("attention.layer_norm_epsilon", "layer_norm_eps").or(1e-5), number("logit_scale", "logit_scale").or(0.0625))
                    .tensors(DecoderTensors.OUTER).tensors(attention(Form.AS_STORED)).tensors(DecoderTensors.GATED)
                    .tensors(layer("attn_norm.weight", "input_layernorm.weight"))
                    .tied().windows(Windows.allBut(4)).demand("use_qk_norm", "false").demand("use_parallel_block", "true").build(),
            family("starcoder2", "starcoder2").settings(LlamaFamilies.SIZES).settings(number("attention.layer_norm_epsilon", "norm_epsilon").or(1e-5))
                    .tensors(DecoderTensors.EMBEDDINGS).tensors(TensorRule.of("output.weight", "lm_head.weight")).tensors(affine("output_norm", "norm"))
                    .tensors(affine("blk.{l}.attn_norm", "layers.{l}.input_layernorm")).tensors(affine("blk.{l}.ffn_norm", "layers.{l}.post_attention_layernorm"))
                    .tensors(attention(Form.AS_STORED))
                    .tensors(affine("blk.{l}.ffn_up", "layers.{l}.mlp.c_fc")).tensors(affine("blk.{l}.ffn_down", "layers.{l}.mlp.c_proj"))
                    .tied().windows(Windows.ALL).activations("gelu_pytorch_tanh", "gelu_new").build());

    private OtherDecoders() {
    }

    private static TensorRule fused(String ending) {
        return new TensorRule("blk.{l}.attn_qkv" + ending, List.of("layers.{l}.self_attn.q_proj" + ending, "layers.{l}.self_attn.k_proj" + ending,
                "layers.{l}.self_attn.v_proj" + ending), Form.AS_STORED);
    }
}
