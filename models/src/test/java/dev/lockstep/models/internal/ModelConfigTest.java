package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.Metadata.BooleanValue;
import dev.lockstep.loader.Metadata.FloatValue;
import dev.lockstep.loader.Metadata.IntegerValue;
import dev.lockstep.loader.Metadata.NumberList;
import dev.lockstep.loader.Metadata.NumberListValue;
import dev.lockstep.loader.Metadata.TextValue;
import dev.lockstep.loader.Metadata.Value;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.Pooling;
import dev.lockstep.models.internal.DecoderSpec.Block;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What metadata may leave out, what it then means, and what is refused by its name. */
class ModelConfigTest {
    private static final int LAYERS = 8;
    private static final int VOCABULARY = 10;

    private final Map<String, Value> values = new LinkedHashMap<>();

    /** The fewest keys that there are in a file of any architecture. */
    private ModelConfigTest architecture(String name) {
        values.put("general.architecture", new TextValue(name));
        values.put(name + ".block_count", new IntegerValue(LAYERS));
        values.put(name + ".context_length", new IntegerValue(4096));
        values.put(name + ".embedding_length", new IntegerValue(48));
        values.put(name + ".feed_forward_length", new IntegerValue(64));
        values.put(name + ".attention.head_count", new IntegerValue(3));
        values.put(name + ".attention.layer_norm_rms_epsilon", new FloatValue(1e-6));
        values.put(name + ".attention.layer_norm_epsilon", new FloatValue(1e-5));
        return this;
    }

    private ModelConfigTest with(String key, Value value) {
        values.put(key, value);
        return this;
    }

    private ModelConfig read() {
        return ModelConfig.of(new Metadata("model.gguf", values), VOCABULARY);
    }

    private void isRefused(String key, String text) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(this::read)
                .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo(key)).withMessageContaining(text);
    }

    private static Value listOf(int... numbers) {
        return new NumberListValue(new NumberList() {
            @Override
            public int size() {
                return numbers.length;
            }

            @Override
            public long integerAt(int index) {
                return numbers[index];
            }

            @Override
            public double floatAt(int index) {
                return numbers[index];
            }

            @Override
            public boolean isInteger() {
                return true;
            }
        });
    }

    @Test
    void llamaNeedsNoMoreThanItsSizes() {
        ModelConfig config = architecture("llama").read();
        assertThat(config.nKvHeads()).isEqualTo(3);
        assertThat(config.keyDim()).isEqualTo(16);
        assertThat(config.rope()).isEqualTo(new RopeConfig(16, 10_000, RopeScaling.Linear.NONE, 1));
        assertThat(config.windows()).isEqualTo(LayerWindows.none(LAYERS));
        assertThat(config.softCaps()).isEqualTo(DecoderSpec.SoftCaps.NONE);
        assertThat(config.multipliers()).isEqualTo(new ModelConfig.Multipliers(1, 1, 0.25f, 1));
        assertThat(config.contextLength()).isEqualTo(4096);
    }

    @Test
    void gemma2HasItsUsualWindowAndCaps() {
        ModelConfig config = architecture("gemma2").read();
        assertThat(config.windows().size()).isEqualTo(4096);
        assertThat(windowed(config)).containsExactly(0, 2, 4, 6);
        assertThat(config.softCaps()).isEqualTo(new DecoderSpec.SoftCaps(50, 30));
        assertThat(config.multipliers().embedding()).isEqualTo((float) Math.sqrt(48));
    }

    /** The largest models divide scores by the root of the width of a head's share, which need not be its size. */
    @ParameterizedTest
    @CsvSource({"gemma2, 46", "gemma3, 62"})
    void largestGemmasScaleScoresByWidth(String name, int layers) {
        architecture(name).with(name + ".block_count", new IntegerValue(layers)).with(name + ".attention.key_length", new IntegerValue(4));
        assertThat(read().multipliers().scores()).isEqualTo(0.25f);
        with(name + ".block_count", new IntegerValue(layers - 1));
        assertThat(read().multipliers().scores()).isEqualTo(0.5f);
    }

    @Test
    void gemma3WithoutWindowHasNoLayerWithOne() {
        assertThat(architecture("gemma3").read().windows()).isEqualTo(LayerWindows.none(LAYERS));
        with("gemma3.attention.sliding_window", new IntegerValue(0));
        assertThat(read().windows()).isEqualTo(LayerWindows.none(LAYERS));
        with("gemma3.attention.sliding_window", new IntegerValue(512)).with("gemma3.rope.freq_base", new FloatValue(1e6));
        assertThat(windowed(read())).containsExactly(0, 1, 2, 3, 4, 6, 7);
        assertThat(read().windowRope().base()).isEqualTo(10_000);
        assertThat(read().rope().base()).isEqualTo(1e6);
    }

    @Test
    void windowsMayBeListedOrRepeated() {
        architecture("llama").with("llama.attention.sliding_window", new IntegerValue(7));
        assertThat(windowed(read())).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        with("llama.attention.sliding_window_pattern", listOf(0, 1, 1, 0, 0, 0, 0, 1));
        assertThat(windowed(read())).containsExactly(1, 2, 7);
        with("llama.attention.sliding_window_pattern", new IntegerValue(3));
        assertThat(windowed(read())).containsExactly(0, 1, 3, 4, 6, 7);
        with("llama.attention.sliding_window_pattern", new IntegerValue(1));
        assertThat(windowed(read())).isEmpty();
        with("llama.attention.sliding_window_pattern", listOf(0, 1));
        isRefused("llama.attention.sliding_window_pattern", "2 entries for 8 layers");
    }

    private static int[] windowed(ModelConfig config) {
        return IntStream.range(0, LAYERS).filter(config.windows()::isWindowed).toArray();
    }

    @Test
    void cohere2RotatesWhereItHasWindows() {
        architecture("cohere2").with("cohere2.logit_scale", new FloatValue(0.25));
        ModelConfig config = read();
        assertThat(IntStream.range(0, LAYERS).filter(config::rotates).toArray()).containsExactly(0, 1, 2, 4, 5, 6).isEqualTo(windowed(config));
        with("cohere2.attention.sliding_window", new IntegerValue(0));
        isRefused("cohere2.attention.sliding_window", "not supported");
    }

    @Test
    void cohere2NeedsItsLogitScale() {
        architecture("cohere2").isRefused("cohere2.logit_scale", "is missing");
    }

    @Test
    void gptNeoxSaysHowItsSublayersArePutTogether() {
        assertThat(architecture("gptneox").read().spec().block()).isEqualTo(Block.PARALLEL_NORMS);
        with("gptneox.use_parallel_residual", new BooleanValue(false));
        assertThat(read().spec().block()).isEqualTo(Block.PRE_NORM);
    }

    @Test
    void gpt2RotatesNothing() {
        ModelConfig config = architecture("gpt2").read();
        assertThat(config.rope()).isEqualTo(RopeConfig.NONE);
        assertThat(config.rotates(0)).isFalse();
    }

    @Test
    void scalingMakesContextsLonger() {
        architecture("qwen2").with("qwen2.rope.scaling.type", new TextValue("yarn")).with("qwen2.rope.scaling.factor", new FloatValue(4));
        assertThat(read().contextLength()).isEqualTo(16_384);
        assertThat(read().trainedContext()).isEqualTo(4096);
        with("qwen2.rope.scaling.original_context_length", new IntegerValue(1024));
        assertThat(read().contextLength()).isEqualTo(4096);
        assertThat(read().trainedContext()).isEqualTo(1024);
    }

    @Test
    void linearScalingStretchesOnlyTheOriginalContext() {
        architecture("gemma3").with("gemma3.rope.scaling.type", new TextValue("linear")).with("gemma3.rope.scaling.factor", new FloatValue(8));
        assertThat(read().contextLength()).isEqualTo(4096);
        with("gemma3.rope.scaling.original_context_length", new IntegerValue(1024));
        assertThat(read().contextLength()).isEqualTo(8192);
    }

    @ParameterizedTest
    @ValueSource(strings = {"granite", "granitemoe", "llama"})
    void graniteWithoutTunedRotationHasNone(String name) {
        architecture(name).with(name + ".rope.scaling.finetuned", new BooleanValue(true));
        assertThat(read().spec().rotates(0, false)).isTrue();
        with(name + ".rope.scaling.finetuned", new BooleanValue(false));
        boolean rotated = name.equals("llama");
        assertThat(read().spec().rotates(0, false)).isEqualTo(rotated);
        assertThat(read().rope().dim()).isEqualTo(rotated ? 16 : 0);
    }

    @Test
    void oldFilesHaveOnlyAFactor() {
        architecture("llama").with("llama.rope.scale_linear", new FloatValue(2));
        assertThat(read().rope().scaling()).isEqualTo(new RopeScaling.Linear(2));
        with("llama.rope.scaling.type", new TextValue("none"));
        assertThat(read().rope().scaling()).isEqualTo(RopeScaling.Linear.NONE);
    }

    @ParameterizedTest
    @CsvSource({"silu, SILU", "gelu, GELU", "gelu_new, GELU_TANH", "gelu_pytorch_tanh, GELU_TANH"})
    void anotherFunctionMayBeStated(String name, ActivationFunction function) {
        architecture("gptneox").with("gptneox.hidden_activation", new TextValue(name));
        assertThat(read().spec().network()).isEqualTo(new DecoderSpec.Network(function, false));
    }

    @Test
    void aListOfEqualNumbersIsOneNumber() {
        architecture("llama").with("llama.attention.head_count_kv", listOf(1, 1, 1, 1, 1, 1, 1, 1));
        assertThat(read().nKvHeads()).isEqualTo(1);
        with("llama.attention.head_count_kv", listOf(1, 1, 1, 1, 1, 1, 1, 3));
        isRefused("llama.attention.head_count_kv", "differs from layer to layer");
        with("llama.attention.head_count_kv", listOf());
        isRefused("llama.attention.head_count_kv", "is an empty list");
    }

    @ParameterizedTest
    @ValueSource(strings = {"attention.max_alibi_bias", "attention.clamp_kqv", "logit_scale"})
    void numbersThatWouldChangeTheResultAreRefused(String name) {
        architecture("llama").with("llama." + name, new FloatValue(8)).isRefused("llama." + name, "8.0 is not supported");
    }

    private ModelConfigTest withExperts(String name) {
        return architecture(name).with(name + ".expert_count", new IntegerValue(4)).with(name + ".expert_used_count", new IntegerValue(2));
    }

    @Test
    void expertsAreWhatTheFamilySaysAndMetadataOverrides() {
        ModelConfig mixtral = withExperts("llama").read();
        assertThat(mixtral.hiddenDim()).isEqualTo(64);
        assertThat(mixtral.experts()).contains(new ExpertConfig(4, 2, true, 1, 0, false));
        values.clear();
        ModelConfig qwen = withExperts("qwen2moe").read();
        assertThat(qwen.hiddenDim()).isEqualTo(32);
        assertThat(qwen.experts()).contains(new ExpertConfig(4, 2, false, 1, 64, true));
        with("qwen2moe.expert_weights_norm", new BooleanValue(true)).with("qwen2moe.expert_weights_scale", new FloatValue(2))
                .with("qwen2moe.expert_feed_forward_length", new IntegerValue(5))
                .with("qwen2moe.expert_shared_feed_forward_length", new IntegerValue(7));
        assertThat(read().hiddenDim()).isEqualTo(5);
        assertThat(read().experts()).contains(new ExpertConfig(4, 2, true, 2, 7, true));
        values.clear();
        assertThat(architecture("llama").with("llama.expert_count", new IntegerValue(0)).read().experts()).isEmpty();
    }

    @Test
    void expertsThatAreNotBuiltAreRefusedByName() {
        withExperts("qwen2").isRefused("qwen2.expert_count", "not supported in this architecture");
        values.clear();
        architecture("olmoe").isRefused("olmoe.expert_count", "missing or 0");
        values.clear();
        withExperts("llama").with("llama.expert_used_count", new IntegerValue(5)).isRefused("llama.expert_used_count", "1..4");
        values.clear();
        withExperts("llama").with("llama.expert_gating_func", new IntegerValue(2)).isRefused("llama.expert_gating_func", "softmax");
        values.clear();
        withExperts("llama").with("llama.leading_dense_block_count", new IntegerValue(1)).isRefused("llama.leading_dense_block_count", "at most 0");
        values.clear();
        withExperts("qwen3moe").with("qwen3moe.expert_shared_feed_forward_length", new IntegerValue(8))
                .isRefused("qwen3moe.expert_shared_feed_forward_length", "not supported");
        values.clear();
        withExperts("llama").with("llama.expert_count", new IntegerValue(4096)).with("llama.block_count", new IntegerValue(1000))
                .isRefused("llama.expert_count", "more than 65536");
    }

    private EncoderConfig readEncoder() {
        return EncoderConfig.of(new Metadata("model.gguf", values), VOCABULARY);
    }

    private void isRefusedAsEncoder(String key, String text) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(this::readEncoder)
                .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo(key)).withMessageContaining(text);
    }

    @Test
    void bertNeedsNoMoreThanItsSizes() {
        EncoderConfig config = architecture("bert").readEncoder();
        assertThat(config.headDim()).isEqualTo(16);
        assertThat(config.rope()).isEqualTo(RopeConfig.NONE);
        assertThat(config.pooling()).isEmpty();
        assertThat(config.spec().network()).isEqualTo(new DecoderSpec.Network(ActivationFunction.GELU_TANH, false));
        with("bert.pooling_type", new IntegerValue(2)).with("bert.hidden_activation", new TextValue("gelu"));
        assertThat(readEncoder().pooling()).contains(Pooling.CLS);
        assertThat(readEncoder().spec().network().function()).isEqualTo(ActivationFunction.GELU);
    }

    @Test
    void encodersThatAreNotBuiltAreRefusedByName() {
        architecture("bert").with("bert.attention.causal", new BooleanValue(true)).isRefusedAsEncoder("bert.attention.causal", "later ones");
        values.clear();
        architecture("bert").with("bert.pooling_type", new IntegerValue(4)).isRefusedAsEncoder("bert.pooling_type", "1 (mean)");
        values.clear();
        architecture("bert").with("bert.attention.head_count_kv", new IntegerValue(1)).isRefusedAsEncoder("bert.attention.head_count_kv", "3");
        values.clear();
        architecture("nomic-bert").with("nomic-bert.attention.max_alibi_bias", new FloatValue(8))
                .isRefusedAsEncoder("nomic-bert.attention.max_alibi_bias", "8.0");
        values.clear();
        architecture("jina-bert-v2").isRefusedAsEncoder("general.architecture", "bert, nomic-bert");
        architecture("llama").isRefusedAsEncoder("general.architecture", "is a decoder");
        architecture("bert").isRefused("general.architecture", "is an encoder");
    }

    @Test
    void whatIsNotBuiltIsRefusedByName() {
        architecture("llama").with("llama.use_parallel_residual", new BooleanValue(true)).isRefused("llama.use_parallel_residual", "not supported");
        values.clear();
        architecture("llama").with("llama.attention.causal", new BooleanValue(false)).isRefused("llama.attention.causal", "later tokens");
        values.clear();
        architecture("llama").with("llama.hidden_activation", new TextValue("relu2")).isRefused("llama.hidden_activation", "supported: silu");
        values.clear();
        architecture("llama").with("llama.rope.scaling.type", new TextValue("dynamic")).isRefused("llama.rope.scaling.type", "supported: none, linear");
        values.clear();
        architecture("llama").with("llama.rope.scaling.type", new TextValue("yarn"))
                .with("llama.rope.scaling.yarn_log_multiplier", new FloatValue(0.1)).isRefused("llama.rope.scaling.yarn_log_multiplier", "supported: 0.0");
        values.clear();
        architecture("mamba").isRefused("general.architecture", "supported: llama, ");
    }
}
