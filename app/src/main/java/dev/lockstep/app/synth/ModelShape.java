package dev.lockstep.app.synth;

import java.util.Arrays;
import java.util.Optional;

/**
 * Hyperparameters of real models, as far as they decide about the size of matrices and the cost of a token. What else a family
 * has (norms on queries and keys, further norms, sliding windows, scaled rotary frequencies) is left out.
 *
 * <p>Source of the numbers: {@code config.json} of the Hugging Face repository named at each, read in the model tables of
 * Lightning-AI/litgpt (litgpt/config.py, 0006c97) and huggingface.co.
 */
public enum ModelShape {
    /** No real model: the smallest with whole blocks of every type, for tests. */
    TINY("tiny", 2, 256, new Heads(8, 2, 64), 512, new Vocabulary(512, true), 512, 10_000, 1e-5),
    /** HuggingFaceTB/SmolLM2-135M. */
    SMOLLM2_135M("smollm2-135m", 30, 576, new Heads(9, 3, 64), 1536, new Vocabulary(49_152, true), 8192, 100_000, 1e-5),
    /** HuggingFaceTB/SmolLM2-360M. */
    SMOLLM2_360M("smollm2-360m", 32, 960, new Heads(15, 5, 64), 2560, new Vocabulary(49_152, true), 8192, 100_000, 1e-5),
    /** Qwen/Qwen3-0.6B. */
    QWEN3_0_6B("qwen3-0.6b", 28, 1024, new Heads(16, 8, 128), 3072, new Vocabulary(151_936, true), 40_960, 1e6, 1e-6),
    /** google/gemma-3-1b-it, with the rotary base of its global layers. */
    GEMMA_3_1B("gemma-3-1b", 26, 1152, new Heads(4, 1, 256), 6912, new Vocabulary(262_144, true), 32_768, 1e6, 1e-6),
    /** TinyLlama/TinyLlama-1.1B-Chat-v1.0. */
    TINYLLAMA_1_1B("tinyllama-1.1b", 22, 2048, new Heads(32, 4, 64), 5632, new Vocabulary(32_000, false), 2048, 10_000, 1e-5),
    /** meta-llama/Llama-3.2-1B. */
    LLAMA_3_2_1B("llama-3.2-1b", 16, 2048, new Heads(32, 8, 64), 8192, new Vocabulary(128_256, true), 131_072, 500_000, 1e-5),
    /** meta-llama/Llama-3.2-3B. */
    LLAMA_3_2_3B("llama-3.2-3b", 28, 3072, new Heads(24, 8, 128), 8192, new Vocabulary(128_256, true), 131_072, 500_000, 1e-5),
    /** Qwen/Qwen3-4B. */
    QWEN3_4B("qwen3-4b", 36, 2560, new Heads(32, 8, 128), 9728, new Vocabulary(151_936, true), 40_960, 1e6, 1e-6),
    /** mistralai/Mistral-7B-v0.3, the first without a sliding window. */
    MISTRAL_7B("mistral-7b", 32, 4096, new Heads(32, 8, 128), 14_336, new Vocabulary(32_768, false), 32_768, 1e6, 1e-5),
    /** meta-llama/Llama-3.1-8B. */
    LLAMA_3_1_8B("llama-3.1-8b", 32, 4096, new Heads(32, 8, 128), 14_336, new Vocabulary(128_256, false), 131_072, 500_000, 1e-5);

    /**
     * Attention heads.
     *
     * @param query query heads
     * @param keyValue key/value heads
     * @param dim values of one head
     */
    record Heads(int query, int keyValue, int dim) { }

    /**
     * The vocabulary.
     *
     * @param size number of tokens
     * @param tied true if the output matrix is the embedding matrix
     */
    record Vocabulary(int size, boolean tied) { }

    private final String label;
    private final int nLayers;
    private final int dim;
    private final Heads heads;
    private final int hiddenDim;
    private final Vocabulary vocabulary;
    private final int contextLength;
    private final double ropeBase;
    private final double normEpsilon;

    ModelShape(String label, int nLayers, int dim, Heads heads, int hiddenDim, Vocabulary vocabulary, int contextLength,
            double ropeBase, double normEpsilon) {
        this.label = label;
        this.nLayers = nLayers;
        this.dim = dim;
        this.heads = heads;
        this.hiddenDim = hiddenDim;
        this.vocabulary = vocabulary;
        this.contextLength = contextLength;
        this.ropeBase = ropeBase;
        this.normEpsilon = normEpsilon;
    }

    /** The shape of this name. */
    public static Optional<ModelShape> of(String label) {
        return Arrays.stream(values()).filter(shape -> shape.label.equals(label)).findFirst();
    }

    /** The name on the command line. */
    public String label() {
        return label;
    }

    /** Transformer blocks. */
    public int nLayers() {
        return nLayers;
    }

    /** Width of the residual stream, in values. */
    public int dim() {
        return dim;
    }

    Heads heads() {
        return heads;
    }

    /** Width of the feed-forward network, in values. */
    public int hiddenDim() {
        return hiddenDim;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Positions the model was trained for. */
    public int contextLength() {
        return contextLength;
    }

    double ropeBase() {
        return ropeBase;
    }

    double normEpsilon() {
        return normEpsilon;
    }
}
