package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.app.InProcess;
import dev.lockstep.kernel.KvType;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Perplexities and divergences, against what the reference runtime measured for the same files. */
class PerplexityCommandTest {
    private static final Path F32 = SharedData.path("checkpoints/andersen/andersen-5m-f32.gguf");
    private static final Path Q4_K = SharedData.path("checkpoints/andersen/andersen-5m-q4_k.gguf");
    private static final Path TEXT = SharedData.path("checkpoints/andersen/heldout.txt");

    @TempDir
    private Path folder;

    private static JsonNode measure(Object... options) {
        List<Object> arguments = new ArrayList<>(List.of("perplexity", "--allow-unsigned", "--json"));
        arguments.addAll(List.of(options));
        var result = InProcess.run(arguments.toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err()).doesNotContain("predicting", "\u001b");
        return new JsonMapper().readTree(result.text());
    }

    /** The README of the checkpoint has it; all of the text or it would be another number. */
    @Test
    void thePerplexityIsThatOfTheReferenceRuntime() {
        JsonNode measured = measure("--model", F32, "--file", TEXT);
        assertThat(measured.at("/context").asInt()).isEqualTo(512);
        assertThat(measured.at("/chunks").asInt()).isEqualTo(39);
        assertThat(measured.at("/model/perplexity").asDouble()).isCloseTo(50.499, within(0.005));
        assertThat(measured.at("/model/standardError").asDouble()).isCloseTo(1.3, within(0.05));
    }

    @Test
    void fourBitsAreNearTheirOriginalAndNotAtIt() throws IOException {
        JsonNode measured = measure("--model", Q4_K, "--file", text(6_000), "--reference", F32, "--context", 256);
        assertThat(measured.at("/klDivergenceNats/mean").asDouble()).isBetween(0.003, 0.015);
        assertThat(measured.at("/klDivergenceNats/max").asDouble()).isGreaterThan(measured.at("/klDivergenceNats/p99").asDouble());
        assertThat(measured.at("/sameTopTokenShare").asDouble()).isBetween(0.85, 0.99);
        double original = measured.at("/reference/perplexity").asDouble();
        assertThat(measured.at("/model/perplexity").asDouble()).isBetween(0.98 * original, 1.05 * original);
    }

    private Path text(int bytes) throws IOException {
        return Files.write(folder.resolve("text"), Arrays.copyOf(Files.readAllBytes(TEXT), bytes));
    }

    @Test
    void aModelIsNotFarFromItself() throws IOException {
        JsonNode measured = measure("--model", F32, "--file", text(2_000), "--reference", F32, "--context", 100);
        assertThat(measured.at("/klDivergenceNats/max").asDouble()).isZero();
        assertThat(measured.at("/sameTopTokenShare").asDouble()).isEqualTo(1);
        assertThat(measured.at("/model/perplexity").asDouble()).isEqualTo(measured.at("/reference/perplexity").asDouble());
        assertThat(measured.at("/model/sha256").asString()).hasSize(64);
    }

    /** The definition once more, in a few lines: chunks that begin with the begin token, of which the second half counts. */
    @Test
    void perplexityIsThatOfTheSecondHalvesOfChunks() throws IOException {
        int context = 61;
        Path file = text(1_500);
        double sum = 0;
        int count = 0;
        JsonNode measured = measure("--model", F32, "--file", file, "--context", context, "--threads", 1);
        try (var memory = SecureArena.open("text"); var model = Models.unsigned(F32, 1)) {
            int[] ids = model.tokenizer().encode(memory.allocateFrom(ValueLayout.JAVA_BYTE, Files.readAllBytes(file)), true, memory)
                    .toArray(ValueLayout.JAVA_INT);
            for (int from = 0; from + context <= ids.length; from += context) {
                int[] chunk = Arrays.copyOfRange(ids, from, from + context);
                chunk[0] = model.tokenizer().beginOfText().orElseThrow();
                try (var session = model.newSession(SessionOptions.defaults().withKvCache(KvType.F32))) {
                    float[] logits = Models.logits(session, chunk);
                    int vocabulary = logits.length / context;
                    for (int i = context / 2; i < context - 1; i++) {
                        float[] row = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
                        sum += row[chunk[i + 1]] - Math.log(IntStream.range(0, vocabulary).mapToDouble(v -> Math.exp(row[v])).sum());
                        count++;
                    }
                }
            }
        }
        assertThat(measured.at("/predictedTokens").asInt()).isEqualTo(count).isGreaterThan(100);
        assertThat(measured.at("/model/perplexity").asDouble()).isCloseTo(Math.exp(-sum / count), within(1e-9 * Math.exp(-sum / count)));
    }

    @Test
    void whatCannotBeMeasuredIsAUsageErrorThatSaysWhy() throws IOException {
        assertUsageError("tokens", "--model", F32, "--file", text(100));
        assertUsageError("1024", "--model", F32, "--file", TEXT, "--context", 1025);
        assertUsageError("vocabularies have 2048 and 512", "--model", F32, "--file", text(2_000), "--context", 64, "--reference",
                SharedData.path("checkpoints/stories260K/stories260K-f32.gguf"));
    }

    private static void assertUsageError(String reason, Object... options) {
        List<Object> arguments = new ArrayList<>(List.of("perplexity", "--allow-unsigned"));
        arguments.addAll(List.of(options));
        var result = InProcess.run(arguments.toArray());
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).contains(reason);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void peopleReadTheSameOnALineEach() throws IOException {
        var result = InProcess.run("perplexity", "--allow-unsigned", "--model", F32, "--file", text(2_000), "--context", 100, "--reference", F32);
        assertThat(result.text()).containsSubsequence("perplexity", "±", "predicted tokens, ", " chunks of 100", "reference", "divergence", "0.000000",
                "same top token", "100.00 %");
    }
}
