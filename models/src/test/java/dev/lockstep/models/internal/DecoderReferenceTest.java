package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.models.internal.DecoderSpec.Block;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.models.internal.DecoderSpec.QkNorm;
import dev.lockstep.quant.LittleEndian;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every family of the table with other hyperparameters than the recorded checkpoints have: odd sizes, settings that are optional, windows
 * shorter than a batch, contexts of more than one batch, against the formulas in double arithmetic.
 */
class DecoderReferenceTest {
    private static final long SEED = 0x5EED_0061L;

    /** More than one batch of {@link RunState#BATCH}. */
    private static final int TOKENS = RunState.BATCH + 22;

    /** Logits reach about 5. */
    private static final double TOLERANCE = 1e-4;

    /** What modeling_rope_utils.py of transformers makes of base 100, factor 4, and 64 original positions. */
    private static final double[] YARN = {1, 0.298580377915, 0.0792446596231, 0.015773933612, 0.00627971607877};

    @TempDir
    private Path folder;

    @Test
    void llamaWithBiasesWindowsAndLinearScaling() throws IOException {
        var model = new TinyDecoder("llama", SEED);
        model.qkvBias = true;
        model.outputBias = true;
        model.feedForwardBias = true;
        model.tied = true;
        model.window = 9;
        model.windowed = _ -> true;
        model.frequencies = Arrays.stream(model.frequencies(500)).map(frequency -> frequency / 2.5).toArray();
        agrees(model.uint32("attention.sliding_window", 9).float32("rope.freq_base", 500)
                .text("rope.scaling.type", "linear").float32("rope.scaling.factor", 2.5));
    }

    @Test
    void llamaWithYarn() throws IOException {
        var model = new TinyDecoder("llama", SEED);
        model.context = 150;
        model.frequencies = YARN;
        model.magnitude = 1.1 * (1 + 0.1 * Math.log(4));
        agrees(yarn(model, 64).float32("rope.scaling.attn_factor", 1.1));
    }

    private static TinyDecoder yarn(TinyDecoder model, int originalContext) {
        return model.float32("rope.freq_base", 100).text("rope.scaling.type", "yarn").float32("rope.scaling.factor", 4)
                .uint32("rope.scaling.original_context_length", originalContext);
    }

    @Test
    void llamaWithYarnOfOtherBetas() throws IOException {
        var model = new TinyDecoder("llama", SEED);
        model.frequencies = new double[] {1, 0.398107170553, 0.128772571887, 0.03943483403, 0.0109895031379};
        model.magnitude = 1 + 0.1 * Math.log(4);
        agrees(yarn(model, 64).float32("rope.scaling.yarn_beta_fast", 4).float32("rope.scaling.yarn_beta_slow", 0.2));
    }

    @Test
    void mixtralWithOneTensorForEachExpert() throws IOException {
        var model = withExperts("llama", 5, 2);
        model.stackedExperts = false;
        agrees(model);
    }

    @Test
    void qwen2MoeWithAWidthOfAllExpertsThatATokenPasses() throws IOException {
        var model = withExperts("qwen2moe", 7, 3);
        model.halves = true;
        model.qkvBias = true;
        model.expertsNormalized = false;
        model.sharedDim = 61;
        model.sharedGate = true;
        model.feedForwardLength = 61;
        // 61 / 3
        model.hiddenDim = 20;
        agrees(model);
    }

    @Test
    void qwen3MoeWithMoreExpertsThanTokensWhoseWeightsAreNotNormalized() throws IOException {
        var model = withExperts("qwen3moe", 33, 4);
        model.halves = true;
        model.qkNorm = QkNorm.EACH_HEAD;
        model.expertsNormalized = false;
        model.expertScale = 1.7;
        model.feedForwardLength = 1000;
        agrees(model.uint32("expert_feed_forward_length", model.hiddenDim).bool("expert_weights_norm", false)
                .float32("expert_weights_scale", 1.7).uint32("expert_gating_func", 1));
    }

    @Test
    void graniteMoeWithASharedExpert() throws IOException {
        var model = withExperts("granitemoe", 3, 3);
        model.sharedDim = 11;
        model.logitScale = 0.25;
        agrees(model.uint32("expert_shared_feed_forward_length", 11).float32("logit_scale", 4));
    }

    @Test
    void olmoeWithOneExpertForEachToken() throws IOException {
        var model = withExperts("olmoe", 4, 1);
        model.halves = true;
        model.qkNorm = QkNorm.ALL_HEADS;
        model.expertsNormalized = false;
        agrees(model);
    }

    private static TinyDecoder withExperts(String architecture, int count, int used) {
        var model = new TinyDecoder(architecture, SEED);
        model.experts = count;
        model.expertsUsed = used;
        return model.uint32("expert_count", count).uint32("expert_used_count", used);
    }

    @Test
    void phi3WithFusedMatricesAndFactorsForLongContexts() throws IOException {
        agrees(phi3(64, new float[] {1.1f, 2, 3, 5, 9}));
        agrees(phi3(200, new float[] {1, 1.05f, 1.1f, 1.2f, 1.3f}));
    }

    /** @param used the factors that a context of 200 means when the original one is {@code originalContext} */
    private static TinyDecoder phi3(int originalContext, float[] used) {
        var model = new TinyDecoder("phi3", SEED);
        model.halves = true;
        model.fusedQkv = true;
        model.fusedGateUp = true;
        model.window = 30;
        model.windowed = _ -> true;
        model.magnitude = 1.19;
        double[] usual = model.frequencies(10_000);
        model.frequencies = IntStream.range(0, usual.length).mapToDouble(pair -> usual[pair] / used[pair]).toArray();
        return model.uint32("attention.sliding_window", 30).float32("rope.scaling.attn_factor", 1.19)
                .uint32("rope.scaling.original_context_length", originalContext)
                .tensor("rope_factors_long.weight", 1.1f, 2, 3, 5, 9)
                .tensor("rope_factors_short.weight", 1, 1.05f, 1.1f, 1.2f, 1.3f);
    }

    @Test
    void gemma() throws IOException {
        agrees(gemma("gemma"));
    }

    private static TinyDecoder gemma(String architecture) {
        var model = new TinyDecoder(architecture, SEED);
        model.halves = true;
        model.function = ActivationFunction.GELU_TANH;
        model.embeddingScale = Math.sqrt(model.dim);
        model.tied = true;
        return model;
    }

    private static TinyDecoder gemma2() {
        var model = gemma("gemma2");
        model.block = Block.SANDWICH;
        model.window = 7;
        return model;
    }

    @Test
    void gemma2WithItsUsualPatternAndCaps() throws IOException {
        var model = gemma2();
        model.windowed = layer -> layer % 2 == 0;
        model.scoreCap = 50;
        model.logitCap = 30;
        agrees(model.uint32("attention.sliding_window", 7));
    }

    @Test
    void gemma2WithListedWindowsOtherCapsAndScale() throws IOException {
        var model = gemma2();
        model.windowed = layer -> layer == 1;
        model.scoreCap = 3;
        model.logitCap = 2;
        model.scoreScale = 0.5;
        agrees(model.uint32("attention.sliding_window", 7).bools("attention.sliding_window_pattern", false, true, false)
                .float32("attn_logit_softcapping", 3).float32("final_logit_softcapping", 2).float32("attention.scale", 0.5));
    }

    @Test
    void gemma3WithScalingInLayersWithoutWindow() throws IOException {
        var model = gemma("gemma3");
        model.layers = 7;
        model.block = Block.SANDWICH;
        model.qkNorm = QkNorm.EACH_HEAD;
        model.window = 20;
        model.windowed = layer -> layer != 5;
        model.frequencies = Arrays.stream(model.frequencies(1e6)).map(frequency -> frequency / 8).toArray();
        model.windowFrequencies = model.frequencies(10_000);
        agrees(model.uint32("attention.sliding_window", 20).float32("rope.freq_base", 1e6)
                .text("rope.scaling.type", "linear").float32("rope.scaling.factor", 8));
    }

    @Test
    void gemma3WithPeriodAndBaseOfItsOwn() throws IOException {
        var model = gemma("gemma3");
        model.block = Block.SANDWICH;
        model.qkNorm = QkNorm.EACH_HEAD;
        model.window = 128;
        model.windowed = layer -> layer % 2 == 0;
        model.windowFrequencies = model.frequencies(300);
        agrees(model.uint32("attention.sliding_window", 128).uint32("attention.sliding_window_pattern", 2)
                .float32("rope.freq_base_swa", 300));
    }

    @Test
    void cohere2() throws IOException {
        var model = new TinyDecoder("cohere2", SEED);
        model.layers = 5;
        model.norm = Norm.LAYER_WITHOUT_BIAS;
        model.block = Block.PARALLEL;
        model.tied = true;
        model.fusedQkv = true;
        model.window = 5;
        model.windowed = layer -> layer != 3;
        model.rotated = model.windowed;
        model.logitScale = 0.7;
        agrees(model.uint32("attention.sliding_window", 5).float32("logit_scale", 0.7));
    }

    private static TinyDecoder biased(String architecture) {
        var model = new TinyDecoder(architecture, SEED);
        model.norm = Norm.LAYER;
        model.function = ActivationFunction.GELU_TANH;
        model.gated = false;
        model.halves = true;
        model.qkvBias = true;
        model.outputBias = true;
        model.feedForwardBias = true;
        return model;
    }

    @Test
    void gptNeoxInParallelAndInSequence() throws IOException {
        for (boolean parallel : new boolean[] {true, false}) {
            var model = biased("gptneox");
            model.block = parallel ? Block.PARALLEL_NORMS : Block.PRE_NORM;
            model.fusedQkv = true;
            model.frequencies = new double[] {1, 0.01};
            agrees(model.uint32("rope.dimension_count", 4).bool("use_parallel_residual", parallel));
        }
    }

    @Test
    void gptNeoxWithExactGelu() throws IOException {
        var model = biased("gptneox");
        model.block = Block.PARALLEL_NORMS;
        model.function = ActivationFunction.GELU;
        agrees(model.text("hidden_activation", "gelu"));
    }

    @Test
    void phi2WithSeparateMatrices() throws IOException {
        var model = biased("phi2");
        model.block = Block.PARALLEL;
        model.logitsBias = true;
        model.frequencies = new double[] {1, Math.pow(10_000, -2.0 / 6), Math.pow(10_000, -4.0 / 6)};
        agrees(model.uint32("rope.dimension_count", 6));
    }

    @Test
    void gpt2WithTiedEmbeddings() throws IOException {
        var model = biased("gpt2");
        model.fusedQkv = true;
        model.learned = true;
        model.tied = true;
        model.context = TOKENS;
        model.rotated = _ -> false;
        agrees(model);
    }

    @Test
    void starcoder2WithWindow() throws IOException {
        var model = biased("starcoder2");
        model.tied = true;
        model.window = 64;
        model.windowed = _ -> true;
        agrees(model.uint32("attention.sliding_window", 64));
    }

    /** OLMo 3: the scaling is that of {@link #llamaWithYarn}, but not in layers with a window. */
    @Test
    void olmo2WithWindowsAndYarn() throws IOException {
        var model = new TinyDecoder("olmo2", SEED);
        model.layers = 5;
        model.halves = true;
        model.block = Block.POST_NORM;
        model.qkNorm = QkNorm.ALL_HEADS;
        model.window = 11;
        model.windowed = layer -> layer != 3;
        model.frequencies = YARN;
        model.magnitude = 1 + 0.1 * Math.log(4);
        model.windowFrequencies = model.frequencies(100);
        agrees(yarn(model, 64).uint32("attention.sliding_window", 11));
    }

    @Test
    void graniteWithFactors() throws IOException {
        var model = new TinyDecoder("granite", SEED);
        model.embeddingScale = 3;
        model.residualScale = 0.4;
        model.scoreScale = 0.2;
        model.logitScale = 1 / 1.5;
        agrees(model.float32("embedding_scale", 3).float32("residual_scale", 0.4).float32("attention.scale", 0.2).float32("logit_scale", 1.5));
    }

    @Test
    void smollm3AndQwens() throws IOException {
        var smollm3 = new TinyDecoder("smollm3", SEED);
        smollm3.layers = 5;
        smollm3.rotated = layer -> layer != 3;
        agrees(smollm3);
        var qwen2 = new TinyDecoder("qwen2", SEED);
        qwen2.halves = true;
        qwen2.qkvBias = true;
        agrees(qwen2);
        var qwen3 = new TinyDecoder("qwen3", SEED);
        qwen3.halves = true;
        qwen3.qkNorm = QkNorm.EACH_HEAD;
        agrees(qwen3);
    }

    private void agrees(TinyDecoder tiny) throws IOException {
        int[] tokens = new SplittableRandom(SEED).ints(TOKENS, 0, tiny.vocabulary).toArray();
        double[] expected = new ReferenceDecoder(tiny).logits(tokens);
        Path file = tiny.write(folder.resolve("model.gguf"));
        try (Model model = Lockstep.load(file, TrustPolicy.allowUnsigned(), LoadOptions.defaults().withThreads(2))) {
            float[] whole = logits(model, tokens, tokens.length);
            for (int i = 0; i < whole.length; i++) {
                assertThat((double) whole[i]).as("%s, token %d, logit %d", tiny.architecture, i / tiny.vocabulary, i % tiny.vocabulary)
                        .isBetween(expected[i] - TOLERANCE, expected[i] + TOLERANCE);
            }
            assertThat(logits(model, tokens, 1)).as("%s, token by token", tiny.architecture).isEqualTo(whole);
            assertThat(logits(model, tokens, 51)).as("%s, batches of 51", tiny.architecture).isEqualTo(whole);
        }
    }

    private static float[] logits(Model model, int[] tokens, int batch) {
        try (Session session = model.newSession(SessionOptions.defaults().withKvCache(KvType.F32))) {
            float[][] rows = new float[tokens.length][];
            for (int from = 0; from < tokens.length; from += batch) {
                session.score(Arrays.copyOfRange(tokens, from, Math.min(from + batch, tokens.length)),
                        (position, logits) -> rows[position] = logits.toArray(LittleEndian.FLOAT));
            }
            return concatenated(rows);
        }
    }

    private static float[] concatenated(float[][] rows) {
        float[] all = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, all, row * rows[row].length, rows[row].length);
        }
        return all;
    }
}
