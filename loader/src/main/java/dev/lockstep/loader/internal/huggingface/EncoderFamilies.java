package dev.lockstep.loader.internal.huggingface;

import static dev.lockstep.loader.internal.huggingface.FamilyBuilder.family;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import java.util.List;

/** The table of encoders. Heads for other tasks than embedding text are ignored. */
final class EncoderFamilies {
    private static final String[] OTHER_TASKS = {"pooler.dense.", "cls.", "embeddings.position_ids"};

    private static final Family BERT = family("bert", "bert").settings(LlamaFamilies.SIZES).settings("""
            NUMBER attention.layer_norm_epsilon layer_norm_eps = 1e-12
            """).tensors("""
            token_embd.weight         embeddings.word_embeddings.weight
            position_embd.weight      embeddings.position_embeddings.weight
            token_types.weight        embeddings.token_type_embeddings.weight
            token_embd_norm.*         embeddings.LayerNorm.*
            blk.#.attn_q.*            encoder.layer.#.attention.self.query.*
            blk.#.attn_k.*            encoder.layer.#.attention.self.key.*
            blk.#.attn_v.*            encoder.layer.#.attention.self.value.*
            blk.#.attn_output.*       encoder.layer.#.attention.output.dense.*
            blk.#.attn_output_norm.*  encoder.layer.#.attention.output.LayerNorm.*
            blk.#.ffn_up.*            encoder.layer.#.intermediate.dense.*
            blk.#.ffn_down.*          encoder.layer.#.output.dense.*
            blk.#.layer_output_norm.* encoder.layer.#.output.LayerNorm.*
            """).prefixes("bert.").tied().rotation(Rotation.NONE).activations("gelu", "gelu_new", "gelu_pytorch_tanh").ignored(OTHER_TASKS)
            .demand("position_embedding_type", "\"absolute\"").demand("is_decoder", "false").demand("is_causal", "false").build();

    private static final Family NOMIC_BERT = family("nomic-bert", "nomic_bert").settings("""
            INTEGER context_length       n_positions
            INTEGER embedding_length     n_embd
            INTEGER block_count          n_layer
            INTEGER feed_forward_length  n_inner
            INTEGER attention.head_count n_head
            INTEGER vocab_size           vocab_size
            NUMBER  attention.layer_norm_epsilon layer_norm_epsilon = 1e-12
            """).tensors("""
            token_embd.weight         embeddings.word_embeddings.weight
            token_types.weight        embeddings.token_type_embeddings.weight
            token_embd_norm.*         emb_ln.*
            blk.#.attn_qkv.*          encoder.layers.#.attn.Wqkv.*
            blk.#.attn_output.*       encoder.layers.#.attn.out_proj.*
            blk.#.attn_output_norm.*  encoder.layers.#.norm1.*
            blk.#.ffn_up.*            encoder.layers.#.mlp.fc11.*
            blk.#.ffn_gate.*          encoder.layers.#.mlp.fc12.*
            blk.#.ffn_down.*          encoder.layers.#.mlp.fc2.*
            blk.#.layer_output_norm.* encoder.layers.#.norm2.*
            """).prefixes("bert.", "nomic_bert.").tied().activations("swiglu").ignored(OTHER_TASKS)
            .demand("causal", "false").demand("prenorm", "false").demand("use_rms_norm", "false").demand("parallel_block", "false")
            .demand("rotary_emb_interleaved", "false").demand("rotary_emb_scale_base").demand("rotary_scaling_factor")
            .demand("is_causal", "false").demand("moe_every_n_layers", "0").build();

    static final List<Family> ALL = List.of(BERT, NOMIC_BERT);

    private EncoderFamilies() {
    }
}
