package dev.lockstep.loader.internal.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.loader.internal.tensors.StoredTensor.Type;
import dev.lockstep.loader.internal.translate.MemoryTensor;
import dev.lockstep.loader.internal.translate.TranslatedModel;
import dev.lockstep.loader.internal.translate.TranslatedTensor;
import dev.lockstep.quant.DType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that mean something that is not built are refused by name; those that are spelled in an old or a new way mean the same. */
class ModelTranslationTest {
    private static final String LLAMA = """
            "model_type": "llama", "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
            "max_position_embeddings": 64, "rms_norm_eps": 1e-05, "vocab_size": 4, "tie_word_embeddings": true""";

    private static TranslatedModel translate(String settings, StoredTensor... stored) {
        String config = '{' + settings.replace('\'', '"') + '}';
        return ModelTranslation.of(config.getBytes(StandardCharsets.UTF_8), "config.json").translate("model", Map.of(), List.of(stored));
    }

    /** Llama with one more setting, or with another value of one it has. */
    private static Metadata llama(String setting) {
        String name = setting.substring(0, setting.indexOf(':')).replace('\'', '"');
        String others = List.of(LLAMA.split(", *\\n *|, ")).stream().filter(each -> !each.startsWith(name)).reduce((a, b) -> a + ", " + b).orElseThrow();
        return translate(others + ", " + setting).metadata();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'model_type': 'mamba'                                              | model_type: "mamba" is not supported; supported are
            'hidden_act': 'relu2'                                              | hidden_act: "relu2" is not built for llama
            'rope_scaling': {'type': 'dynamic', 'factor': 2.0}                 | rope_scaling.type: "dynamic" is not built
            'rope_scaling': {'rope_type': 'linear'}                            | rope_scaling.factor: is missing
            'rope_scaling': {'factor': 2.0}                                    | rope_scaling.rope_type: is missing
            'rope_parameters': {'rope_type': 'yarn', 'factor': 4.0, 'mscale': 1, 'original_max_position_embeddings': 16} | rope_parameters.mscale: is not built
            'partial_rotary_factor': 0.1                                       | partial_rotary_factor: rotates 0 of 4 values
            'layer_types': ['chunked_attention']                               | layer_types: layer 0 is "chunked_attention"
            'layer_types': ['sliding_attention']                               | supported for llama are full_attention
            'layer_types': ['full_attention', 'full_attention']                | layer_types: has 2 entries; there are 1 layers
            'rope_scaling': {'type': 'linear', 'factor': 4.0}, 'rope_parameters': {'rope_type': 'default'} | rope_scaling: differs from rope_parameters
            'rope_theta': 10000.0, 'rope_parameters': {'rope_type': 'default', 'rope_theta': 500000.0} | rope_theta: is [10000.0, 500000.0]
            'is_causal': false                                                 | is_causal: false is not built for llama
            'rms_norm_eps': null                                               | rms_norm_eps: is missing
            'quantization_config': {'quant_method': 'gptq', 'bits': 4}         | quantization_config.quant_method: "gptq" is not supported
            'tie_word_embeddings': false                                       | tie_word_embeddings: is false, but there is no lm_head.weight
            'no_rope_layers': [0]                                              | no_rope_layers: only every fourth layer
            'hidden_size': '8'                                                 | hidden_size: must be a whole number
            'num_attention_heads': 0                                           | num_attention_heads: 0 is outside of 1..
            'num_hidden_layers': 1000000000                                    | num_hidden_layers: 1000000000 is outside of 1..
            'rms_norm_eps': 'small'                                            | rms_norm_eps: must be a number
            """)
    void isRefusedByName(String setting, String message) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> llama(setting)).withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'rope_theta': 500000.0                                                        | rope.freq_base      | 500000
            'rope_parameters': {'rope_type': 'default', 'rope_theta': 500000}             | rope.freq_base      | 500000
            'rope_scaling': {'type': 'linear', 'factor': 4.0}                             | rope.scaling.factor | 4
            'rope_scaling': {'rope_type': 'default', 'rope_theta': 500000.0}              | rope.freq_base      | 500000
            'rope_theta': 500000, 'rope_parameters': {'rope_type': 'default', 'rope_theta': 5e5} | rope.freq_base | 500000
            'rope_parameters': {'rope_type': 'linear', 'rope_theta': 1e4, 'factor': 4.0}  | rope.scaling.factor | 4
            'num_key_value_heads': 1                                                      | attention.head_count_kv | 1
            'num_key_value_heads': null                                                   | attention.head_count_kv | 2
            'head_dim': 6                                                                 | attention.key_length | 6
            """)
    void oldAndNewSpellingsMeanTheSame(String setting, String key, float value) {
        assertThat(llama(setting).number("llama." + key)).contains(value);
    }

    /** Values that the family's class in transformers takes for what is missing; null is another thing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            mistral    | ''                                                | attention.sliding_window | 4096
            mistral    | 'sliding_window': null                            | attention.sliding_window |
            mistral    | 'sliding_window': 16                              | attention.sliding_window | 16
            mistral    | ''                                                | attention.head_count_kv  | 8
            mistral    | 'num_key_value_heads': null                       | attention.head_count_kv  | 16
            llama      | 'sliding_window': 16                              | attention.sliding_window |
            gemma2     | ''                                                | attention.sliding_window | 4096
            gemma2     | 'sliding_window': null                            | attention.sliding_window | 0
            gemma2     | ''                                                | attention.scale          | 0.0625
            gemma2     | 'query_pre_attn_scalar': 64                       | attention.scale          | 0.125
            gemma2     | ''                                                | attn_logit_softcapping   | 50
            gemma2     | 'attn_logit_softcapping': null                    | attn_logit_softcapping   | 0
            gemma3_text | 'head_dim': 128                                  | attention.scale          | 0.0625
            qwen2      | 'use_sliding_window': true, 'max_window_layers': 0 | attention.sliding_window | 4096
            qwen2      | 'sliding_window': 16                              | attention.sliding_window |
            starcoder2 | 'norm_epsilon': 1e-5                              | attention.head_count_kv  | 2
            smollm3    | ''                                                | rope.freq_base           | 2000000
            smollm3    | 'use_sliding_window': true, 'sliding_window': 16  | attention.sliding_window |
            """)
    void whatIsMissingIsWhatTransformersTakes(String type, String setting, String key, Float value) {
        String settings = LLAMA.replace("\"llama\"", '"' + type + '"').replace("heads\": 2", "heads\": 16").replace("size\": 8", "size\": 64");
        Metadata metadata = translate(settings + (setting.equals("''") ? "" : ", " + setting)).metadata();
        assertThat(metadata.number(metadata.requireText("general.architecture") + '.' + key)).isEqualTo(Optional.ofNullable(value));
    }

    @Test
    void whichLayersSeeAWindowIsStatedWhereItCannotBeKnown() {
        String settings = LLAMA.replace("llama", "qwen2_moe") + ", 'num_experts': 2, 'num_experts_per_tok': 1, 'moe_intermediate_size': 8,"
                + " 'shared_expert_intermediate_size': 8, 'num_key_value_heads': 2, 'use_sliding_window': true";
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> translate(settings)).withMessageContaining("layer_types: is missing");
        Metadata metadata = translate(settings + ", 'layer_types': ['sliding_attention']").metadata();
        assertThat(metadata.number("qwen2moe.attention.sliding_window")).contains(4096f);
    }

    /** The text_config of google/gemma-3-12b-it has no other sizes. */
    @Test
    void gemma3MayLeaveOutWhatIsUsual() {
        byte[] config = """
                {"model_type": "gemma3", "text_config": {"hidden_size": 3840, "intermediate_size": 15360, "model_type": "gemma3_text",
                 "num_attention_heads": 16, "num_hidden_layers": 48, "num_key_value_heads": 8, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
                 "sliding_window": 1024}}""".getBytes(StandardCharsets.UTF_8);
        ModelTranslation gemma = ModelTranslation.of(config, "config.json");
        assertThat(gemma.vocabularySize()).isEqualTo(262_208);
        Metadata metadata = gemma.translate("gemma", Map.of(), List.of()).metadata();
        assertThat(metadata.number("gemma3.context_length")).contains(131_072f);
        assertThat(metadata.number("gemma3.attention.key_length")).contains(256f);
    }

    @ParameterizedTest
    @CsvSource({"llama,silu", "gpt_neox,gelu", "bert,gelu", "phi,gelu_new"})
    void activationsAreThoseOfTransformersWhereNothingIsSaid(String type, String activation) {
        Metadata metadata = translate(LLAMA.replace("\"llama\"", '"' + type + '"').replace("size\": 8", "size\": 64")).metadata();
        assertThat(metadata.text(metadata.requireText("general.architecture") + ".hidden_activation")).contains(activation);
    }

    @Test
    void aFaultOfAKeyNamesTheSetting() {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> llama("'head_dim': 6").requireInteger("llama.attention.key_length", 8, 8))
                .withMessageContaining("llama.attention.key_length (config.json: head_dim)");
    }

    @Test
    void aTensorThatIsNotPartOfTheModelIsRefused() {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> translate(LLAMA, named("model.layers.0.self_attn.sinks", MemoryTensor.floats(List.of(2L), 0, 0))))
                .withMessageContaining("model.layers.0.self_attn.sinks: this tensor is not part of llama");
        assertThat(translate(LLAMA, named("model.layers.0.self_attn.rotary_emb.inv_freq", MemoryTensor.floats(List.of(2L), 0, 0))).tensors()).isEmpty();
    }

    @Test
    void aSecondOutputMatrixIsNotUsedWhereTheFirstIsThatOfTheEmbeddings() {
        StoredTensor output = named("lm_head.weight", MemoryTensor.floats(List.of(4L, 8L)));
        assertThat(translate(LLAMA, output).tensors()).isEmpty();
        assertThat(translate(LLAMA.replace("true", "false"), output).tensors()).extracting(TranslatedTensor::name).containsExactly("output.weight");
    }

    @Test
    void valuesOfEightBitsNeedTheSettingThatSaysWhatTheyMean() {
        StoredTensor values = named("model.embed_tokens.weight", MemoryTensor.bytes(Type.F8_E4M3, List.of(2L, 2L), 1, 2, 3, 4));
        StoredTensor scales = named("model.embed_tokens.weight_scale_inv", MemoryTensor.floats(List.of(1L, 1L), 2));
        String settings = LLAMA + ", 'quantization_config': {'quant_method': 'fp8', 'weight_block_size': [128, 128]}";
        TranslatedTensor embedding = translate(settings, values, scales).tensors().getFirst();
        assertThat(embedding.name()).isEqualTo("token_embd.weight");
        assertThat(embedding.rows().type()).isEqualTo(DType.F32);
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> translate(LLAMA, values, scales)).withMessageContaining("no quantization_config");
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> translate(settings, values)).withMessageContaining("without a scale");
    }

    @Test
    void poolingIsThatOfSentenceTransformers() {
        ModelTranslation bert = ModelTranslation.of("{\"model_type\": \"bert\"}".getBytes(StandardCharsets.UTF_8), "config.json");
        byte[] mean = "{\"word_embedding_dimension\": 8, \"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true}".getBytes(StandardCharsets.UTF_8);
        assertThat(bert.pooling(mean, "pooling")).containsValue(new Metadata.IntegerValue(1));
        byte[] both = "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": true}".getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> bert.pooling(both, "pooling")).withMessageContaining("one of them");
    }

    private static StoredTensor named(String name, MemoryTensor tensor) {
        return new MemoryTensor(name, tensor.type(), tensor.shape(), tensor.values(), tensor.discards());
    }
}
