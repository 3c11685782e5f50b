package dev.lockstep.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.EmbeddingOptions;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Pooling;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoders of odd sizes, and texts of more than one batch, against the formulas in double arithmetic. */
class EncoderReferenceTest {
    private static final long SEED = 0x5EED_0062L;

    /** More than one batch of {@link RunState#BATCH}, and more than one block of keys. */
    private static final int TOKENS = RunState.BATCH + 22;
    private static final double TOLERANCE = 2e-5;

    @TempDir
    private Path folder;

    private static TinyDecoder encoder(String architecture) {
        var model = new TinyDecoder(architecture, SEED);
        model.dim = 30;
        model.heads = 3;
        model.kvHeads = 3;
        model.keyDim = 10;
        model.valueDim = 10;
        model.hiddenDim = 37;
        model.norm = Norm.LAYER;
        return model;
    }

    private static TinyDecoder bert() {
        var model = encoder("bert");
        model.learned = true;
        model.gated = false;
        model.function = ActivationFunction.GELU_TANH;
        model.qkvBias = true;
        model.outputBias = true;
        model.feedForwardBias = true;
        return model;
    }

    @Test
    void bertOfLongTexts() throws IOException {
        agrees(bert().uint32("pooling_type", 1), Pooling.MEAN);
    }

    @Test
    void bertWithTheExactFunctionAndFusedMatrices() throws IOException {
        var model = bert();
        model.function = ActivationFunction.GELU;
        model.fusedQkv = true;
        agrees(model.uint32("pooling_type", 2).text("hidden_activation", "gelu"), Pooling.CLS);
    }

    @Test
    void nomicBertOfLongTexts() throws IOException {
        var model = encoder("nomic-bert");
        model.halves = true;
        model.fusedQkv = true;
        model.frequencies = model.frequencies(1000);
        agrees(model.uint32("pooling_type", 1).float32("rope.freq_base", 1000), Pooling.MEAN);
    }

    @Test
    void afterATextItsBuffersAreZero() throws IOException {
        TinyDecoder model = bert();
        new ReferenceEncoder(model).states(new int[] {1});
        List<MemorySegment> buffers = new ArrayList<>();
        Kernels kernels = KernelSelection.kernels();
        try (var checkpoint = CheckpointLoader.open(model.write(folder.resolve("bert.gguf")), TrustPolicy.allowUnsigned());
                var memory = SecureArena.open("test"); var pool = new WorkerPool(2)) {
            var config = EncoderConfig.of(checkpoint.metadata(), model.vocabulary);
            try (var loaded = checkpoint.loadWeights(EncoderTensors.of(checkpoint, config), memory, kernels.panelRows(), 1)) {
                EncoderWeights weights = EncoderWeights.of(loaded, config);
                var state = new EncoderState(config, weights, model.context, kernels, pool, (bytes, alignment) -> {
                    buffers.add(memory.allocate(bytes, alignment));
                    return buffers.getLast();
                });
                new Encoder(config, weights, kernels, pool).run(state, memory.allocate((long) TOKENS * Integer.BYTES), TOKENS);
                assertThat(buffers).anyMatch(EncoderReferenceTest::isUsed);
                state.zero(TOKENS);
                assertThat(buffers).noneMatch(EncoderReferenceTest::isUsed);
            }
        }
    }

    private static boolean isUsed(MemorySegment buffer) {
        return buffer.elements(ValueLayout.JAVA_BYTE).anyMatch(each -> each.get(ValueLayout.JAVA_BYTE, 0) != 0);
    }

    private void agrees(TinyDecoder model, Pooling pooling) throws IOException {
        var random = new SplittableRandom(SEED);
        int[] tokens = IntStream.range(0, TOKENS).map(_ -> random.nextInt(model.vocabulary)).toArray();
        double[][] states = new ReferenceEncoder(model).states(tokens);
        Path file = model.write(folder.resolve(model.architecture + ".gguf"));
        float[] one = embed(file, 1, tokens);
        for (int i = 0; i < model.dim; i++) {
            int column = i;
            double expected = pooling == Pooling.CLS ? states[0][i] : Arrays.stream(states).mapToDouble(state -> state[column]).average().orElseThrow();
            assertThat((double) one[i]).as("%s, number %d", model.architecture, i).isCloseTo(expected, within(TOLERANCE));
        }
        assertThat(embed(file, 3, tokens)).as("3 threads").isEqualTo(one);
    }

    private static float[] embed(Path file, int threads, int[] ids) throws IOException {
        var options = LoadOptions.defaults().withThreads(threads);
        try (Embedder embedder = Lockstep.loadEmbedder(file, TrustPolicy.allowUnsigned(), options, List.of());
                var memory = SecureArena.open("tokens")) {
            MemorySegment tokens = memory.allocate((long) ids.length * Integer.BYTES);
            MemorySegment.copy(ids, 0, tokens, ValueLayout.JAVA_INT, 0, ids.length);
            MemorySegment vector = memory.allocate((long) embedder.dimension() * Float.BYTES);
            embedder.embedTokens(tokens, EmbeddingOptions.defaults().withoutNormalization(), vector);
            return vector.toArray(LittleEndian.FLOAT);
        }
    }
}
