package dev.lockstep.bench;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.Model;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many MB/s of English text does a tokenizer cut into tokens, and put together again?
 *
 * <p>The text is prose written for this suite (see {@link EnglishText}), the same for every vocabulary. {@code encode} includes the
 * working memory of its own, taken and zeroed each time; {@code decode} is the way back, one token at a time as a session does it,
 * and the measure of what {@code encode} takes: it only copies. Both on one thread.
 *
 * <p><b>How to run:</b> {@code bench/run Tokenizer}. {@code demo} is the bundled model's vocabulary; the others lie with the shared
 * test data, and bench/run adds them where that is there: {@code bench/run Tokenizer -p vocabulary=gpt-2,llama-spm}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsPrepend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenizerBenchmark {
    private static final String DEMO = "demo";
    private static final String DEMO_TEXT = "Once upon a time";

    /** As the program that trained the model cut it; the shared test data hold the same. */
    private static final int[] DEMO_IDS = {1950, 345, 693, 258, 636};

    /** Between texts in the vectors of llama.cpp. */
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    /** {@value #DEMO}, or gpt-2, starcoder, llama-spm, phi-3. */
    @Param(DEMO)
    public String vocabulary;

    /** Length of the text in KiB. */
    @Param("256")
    public int kibibytes;

    private SecureArena arena;
    private Tokenizer tokenizer;
    private MemorySegment text;
    /** int32, the text's. */
    private MemorySegment ids;
    private MemorySegment decoded;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Machine.announce(1);
        arena = SecureArena.open("text");
        tokenizer = tokenizer();
        text = segment(EnglishText.utf8(kibibytes));
        ids = tokenizer.encode(text, false, arena);
        // where a space is put before a text, it comes back
        decoded = arena.allocate(text.byteSize() + 1 + tokenizer.maxTokenBytes());
        checkRoundTrip();
        checkIds();
    }

    private Tokenizer tokenizer() throws IOException {
        boolean demo = vocabulary.equals(DEMO);
        Path file = demo ? Checkpoints.demo() : shared("gguf");
        try (var checkpoint = CheckpointLoader.open(file, demo ? Checkpoints.demoTrust() : TrustPolicy.allowUnsigned())) {
            return Model.tokenizer(checkpoint);
        }
    }

    private Path shared(String extension) {
        return Checkpoints.shared().resolve("vectors/tokenizers/vocab/ggml-vocab-" + vocabulary + "." + extension);
    }

    private MemorySegment segment(byte[] utf8) {
        return arena.allocate(utf8.length).copyFrom(MemorySegment.ofArray(utf8));
    }

    private void checkRoundTrip() {
        long length = decodeAll();
        long from = length - text.byteSize();
        if (from < 0 || from > 1 || decoded.asSlice(from, text.byteSize()).mismatch(text) >= 0) {
            throw new IllegalStateException("the text does not come back as it was");
        }
    }

    /** Against the ids of other programs. */
    private void checkIds() throws IOException {
        if (vocabulary.equals(DEMO)) {
            requireIds(DEMO_TEXT, DEMO_IDS);
            return;
        }
        String[] texts = Files.readString(shared("gguf.inp")).split(SEPARATOR, -1);
        List<String> lines = Files.readAllLines(shared("gguf.out"));
        for (int i = 0; i < lines.size(); i++) {
            requireIds(texts[i], Arrays.stream(lines.get(i).split(" ")).filter(word -> !word.isEmpty())
                    .mapToInt(Integer::parseInt).toArray());
        }
    }

    private void requireIds(String given, int[] expected) {
        MemorySegment actual = tokenizer.encode(segment(given.getBytes(StandardCharsets.UTF_8)), false, arena);
        if (!Arrays.equals(actual.toArray(ValueLayout.JAVA_INT), expected)) {
            throw new IllegalStateException("other ids than expected for: " + given);
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public long encode(TextRate rate, Tokens tokens) {
        rate.add(text.byteSize());
        try (var result = SecureArena.open("ids")) {
            long count = tokenizer.encode(text, false, result).byteSize() / Integer.BYTES;
            tokens.add(count);
            return count;
        }
    }

    @Benchmark
    public long decode(TextRate rate, Tokens tokens) {
        rate.add(text.byteSize());
        tokens.add(ids.byteSize() / Integer.BYTES);
        return decodeAll();
    }

    private long decodeAll() {
        long length = 0;
        for (long at = 0; at < ids.byteSize(); at += Integer.BYTES) {
            length += tokenizer.decode(ids.get(ValueLayout.JAVA_INT, at), decoded, length);
        }
        return length;
    }
}
