package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.DecoderTensors.affine;
import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;
import static dev.lockstep.loader.internal.huggingface.SettingRule.integer;
import static dev.lockstep.loader.internal.huggingface.SettingRule.number;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import java.util.List;

/** The table of encoders. Heads for other tasks than embedding text are ignored. */
final class EncoderFamilies {
    private static final String[] OTHER_TASKS = {"pooler.dense.", "cls.", "embeddings.position_ids"};

    static final List<Family> ALL = List.of(
            family("bert", "bert").settings(LlamaFamilies.SIZES).settings(number("attention.layer_norm_epsilon", "layer_norm_eps").or(1e-12))
                    .tensors(TensorRule.of("token_embd.weight", "embeddings.word_embeddings.weight"), TensorRule.of("position_embd.weight", "embeddings.position_embeddings.weight"),
                            TensorRule.of("token_types.weight", "embeddings.token_type_embeddings.weight"))
                    .tensors(affine("token_embd_norm", "embeddings.LayerNorm"))
                    .tensors(affine("blk.{l}.attn_q", "encoder.layer.{l}.attention.self.query")).tensors(affine("blk.{l}.attn_k", "encoder.layer.{l}.attention.self.key"))
                    .tensors(affine("blk.{l}.attn_v", "encoder.layer.{l}.attention.self.value")).tensors(affine("blk.{l}.attn_output", "encoder.layer.{l}.attention.output.dense"))
                    .tensors(affine("blk.{l}.attn_output_norm", "encoder.layer.{l}.attention.output.LayerNorm"))
                    .tensors(affine("blk.{l}.ffn_up", "encoder.layer.{l}.intermediate.dense")).tensors(affine("blk.{l}.ffn_down", "encoder.layer.{l}.output.dense"))
                    .tensors(affine("blk.{l}.layer_output_norm", "encoder.layer.{l}.output.LayerNorm"))
                    .prefixes("bert.").tied().rotation(Rotation.NONE).activations("gelu", "gelu_new", "gelu_pytorch_tanh").ignored(OTHER_TASKS)
                    .demand("position_embedding_type", "\"absolute\"").demand("is_decoder", "false").build(),
            family("nomic-bert", "nomic_bert").settings(
                            integer("context_length", "n_positions"), integer("embedding_length", "n_embd"), integer("block_count", "n_layer"),
                            integer("feed_forward_length", "n_inner"), integer("attention.head_count", "n_head"), integer("vocab_size", "vocab_size"),
                            number("attention.layer_norm_epsilon", "layer_norm_epsilon").or(1e-12))
                    .tensors(TensorRule.of("token_embd.weight", "embeddings.word_embeddings.weight"), TensorRule.of("token_types.weight", "embeddings.token_type_embeddings.weight"))
                    .tensors(affine("token_embd_norm", "emb_ln")).tensors(affine("blk.{l}.attn_qkv", "encoder.layers.{l}.attn.Wqkv"))
                    .tensors(affine("blk.{l}.attn_output", "encoder.layers.{l}.attn.out_proj")).tensors(affine("blk.{l}.attn_output_norm", "encoder.layers.{l}.norm1"))
                    .tensors(affine("blk.{l}.ffn_up", "encoder.layers.{l}.mlp.fc11")).tensors(affine("blk.{l}.ffn_gate", "encoder.layers.{l}.mlp.fc12"))
                    .tensors(affine("blk.{l}.ffn_down", "encoder.layers.{l}.mlp.fc2")).tensors(affine("blk.{l}.layer_output_norm", "encoder.layers.{l}.norm2"))
                    .prefixes("bert.", "nomic_bert.").tied().activations("swiglu").ignored(OTHER_TASKS)
                    .demand("causal", "false").demand("prenorm", "false").demand("use_rms_norm", "false").demand("parallel_block", "false")
                    .demand("rotary_emb_interleaved", "false").demand("rotary_emb_scale_base").demand("moe_every_n_layers", "0").build());

    private EncoderFamilies() {
    }
}
