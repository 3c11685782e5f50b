package dev.lockstep.models.internal;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.StringTable;
import dev.lockstep.models.internal.DecoderSpec.Block;
import dev.lockstep.models.internal.DecoderSpec.Norm;
import dev.lockstep.models.internal.DecoderSpec.QkNorm;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A decoder of random weights and odd sizes, in a test's own words: what it is like is said here, field by field, and not taken from the
 * table of architectures, which is what is being tested. Fields are set before the first weight is asked for.
 */
final class TinyDecoder {
    static final float EPSILON = 0.01f;

    final String architecture;
    int layers = 3;
    int dim = 22;
    int heads = 6;
    int kvHeads = 2;
    int keyDim = 10;
    int valueDim = 7;
    int hiddenDim = 19;
    /** What the file states, if that is not the width of a network. */
    int feedForwardLength;
    int vocabulary = 37;
    int context = 200;

    Block block = Block.PRE_NORM;
    Norm norm = Norm.RMS;
    QkNorm qkNorm = QkNorm.NONE;
    ActivationFunction function = ActivationFunction.SILU;
    boolean gated = true;
    boolean halves;
    boolean qkvBias;
    boolean outputBias;
    boolean feedForwardBias;
    boolean logitsBias;
    boolean tied;
    boolean learned;
    boolean fusedQkv;
    boolean fusedGateUp;
    /** 0 for a network that all tokens pass. */
    int experts;
    int expertsUsed;
    boolean expertsNormalized = true;
    double expertScale = 1;
    /** Width of the network that all tokens pass besides, or 0. */
    int sharedDim;
    boolean sharedGate;
    /** One tensor for all experts, instead of one for each. */
    boolean stackedExperts = true;
    int window = Integer.MAX_VALUE;
    IntPredicate windowed = layer -> false;
    IntPredicate rotated = layer -> true;
    /** Radians per position of each pair, in layers without and with a window. */
    double[] frequencies = frequencies(10_000);
    double[] windowFrequencies;
    double magnitude = 1;
    double scoreScale = 1 / Math.sqrt(10);
    double scoreCap;
    double logitCap;
    double embeddingScale = 1;
    double residualScale = 1;
    double logitScale = 1;
    /** Additional metadata; the name of the architecture and a dot are put before the keys. */
    final List<Consumer<GgufMetadata>> settings = new ArrayList<>();

    private final SplittableRandom random;
    private final Map<String, float[]> tensors = new LinkedHashMap<>();

    TinyDecoder(String architecture, long seed) {
        this.architecture = architecture;
        this.random = new SplittableRandom(seed);
    }

    double[] frequencies(double base) {
        return IntStream.range(0, keyDim / 2).mapToDouble(pair -> Math.pow(base, -2.0 * pair / keyDim)).toArray();
    }

    String key(String name) {
        return architecture + "." + name;
    }

    TinyDecoder uint32(String name, long value) {
        settings.add(metadata -> metadata.uint32(key(name), value));
        return this;
    }

    TinyDecoder float32(String name, double value) {
        settings.add(metadata -> metadata.float32(key(name), value));
        return this;
    }

    TinyDecoder text(String name, String value) {
        settings.add(metadata -> metadata.text(key(name), value));
        return this;
    }

    TinyDecoder bool(String name, boolean value) {
        settings.add(metadata -> metadata.bool(key(name), value));
        return this;
    }

    TinyDecoder bools(String name, boolean... values) {
        settings.add(metadata -> metadata.bools(key(name), values));
        return this;
    }

    /** A tensor of a given content besides those that follow from the fields. */
    TinyDecoder tensor(String name, float... values) {
        tensors.put(name, values);
        return this;
    }

    /** Takes away a tensor that was asked for. */
    TinyDecoder without(String name) {
        if (tensors.remove(name) == null) {
            throw new IllegalArgumentException("there is no " + name);
        }
        return this;
    }

    float[] matrix(String name, int rows, int columns) {
        return tensors.computeIfAbsent(name, _ -> gaussian(rows * columns, 0, 1 / Math.sqrt(columns)));
    }

    float[] norm(String name, int size) {
        return tensors.computeIfAbsent(name, _ -> gaussian(size, 1, 0.2));
    }

    float[] bias(String name, int size) {
        return tensors.computeIfAbsent(name, _ -> gaussian(size, 0, 0.3));
    }

    private float[] gaussian(int count, double mean, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return values;
    }

    /** Writes the tensors that were asked for so far, which is to say those that the reference has used. */
    Path write(Path file) throws IOException {
        for (int layer = 0; layer < layers; layer++) {
            fuse(fusedQkv, "blk." + layer + ".", "attn_qkv", "attn_q", "attn_k", "attn_v");
            fuse(fusedGateUp, "blk." + layer + ".", "ffn_up", "ffn_gate", "ffn_up");
            for (String name : experts > 0 && stackedExperts ? List.of("ffn_gate", "ffn_up", "ffn_down") : List.<String>of()) {
                String[] parts = IntStream.range(0, experts).mapToObj(expert -> name + "." + expert).toArray(String[]::new);
                fuse(true, "blk." + layer + ".", name + "_exps", parts);
            }
        }
        List<GgufTensor> infos = tensors.entrySet().stream().map(tensor -> info(tensor.getKey(), tensor.getValue().length)).toList();
        try (var memory = Arena.ofShared(); var writer = GgufWriter.create(file, GgufWriter.Existing.REPLACE, metadata(), infos)) {
            for (var tensor : tensors.entrySet()) {
                MemorySegment bytes = memory.allocate(tensor.getValue().length * (long) Float.BYTES);
                MemorySegment.copy(tensor.getValue(), 0, bytes, LittleEndian.FLOAT, 0, tensor.getValue().length);
                writer.write(tensor.getKey(), bytes);
            }
            writer.finish();
        }
        return file;
    }

    private void fuse(boolean fused, String blk, String whole, String... parts) {
        for (String suffix : fused ? List.of(".weight", ".bias") : List.<String>of()) {
            List<float[]> values = Stream.of(parts).map(part -> tensors.remove(blk + part + suffix)).toList();
            if (!values.contains(null)) {
                tensors.put(blk + whole + suffix, concatenated(values));
            }
        }
    }

    private static float[] concatenated(List<float[]> parts) {
        float[] whole = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }

    private GgufTensor info(String name, int elements) {
        boolean vector = name.endsWith(".bias") || name.contains("norm") || name.startsWith("rope");
        long columns = columns(name);
        if (name.contains("_exps")) {
            return new GgufTensor(name, DType.F32, List.of((long) experts, elements / columns / experts, columns));
        }
        return vector ? GgufTensor.vector(name, DType.F32, elements) : GgufTensor.matrix(name, DType.F32, elements / columns, columns);
    }

    private int columns(String name) {
        if (name.contains("ffn_down")) {
            return name.contains("_shexp") ? sharedDim : hiddenDim;
        }
        return name.contains("attn_output") ? heads * valueDim : dim;
    }

    private GgufMetadata metadata() {
        var metadata = new GgufMetadata().text("general.architecture", architecture)
                .uint32(key("block_count"), layers).uint32(key("context_length"), context)
                .uint32(key("embedding_length"), dim).uint32(key("feed_forward_length"), feedForwardLength > 0 ? feedForwardLength : hiddenDim)
                .uint32(key("attention.head_count"), heads).uint32(key("attention.head_count_kv"), kvHeads)
                .uint32(key("attention.key_length"), keyDim).uint32(key("attention.value_length"), valueDim)
                .float32(key(norm == Norm.RMS ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon"), EPSILON);
        settings.forEach(setting -> setting.accept(metadata));
        addVocabulary(metadata);
        return metadata;
    }

    private void addVocabulary(GgufMetadata metadata) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        IntStream.range(tokens.size(), vocabulary).forEach(i -> tokens.add("t" + i));
        long[] types = new long[vocabulary];
        Arrays.fill(types, 1);
        types[0] = 2;
        metadata.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", StringTable.of(tokens))
                .numbers("tokenizer.ggml.scores", FloatType.FLOAT32, Collections.nCopies(vocabulary, -1.0).stream().mapToDouble(x -> x).toArray())
                .integers("tokenizer.ggml.token_type", IntegerType.INT32, types);
    }
}
