package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.SharedData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EmbedCommandTest {
    private static final Path BERT = SharedData.path("checkpoints/arch/bert/model-f32.gguf");
    private static final Path NOMIC = SharedData.path("checkpoints/arch/nomic-bert/model-f32.gguf");

    private static double[] numbers(String line) {
        return Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void everyTextIsALineOfNumbers() {
        var result = InProcess.run("embed", "--model", BERT, "--allow-unsigned", "a fox", "a fox", "Zoë went to the café.");
        assertThat(result.exitCode()).as(result.err()).isZero();
        double[][] vectors = result.text().lines().map(EmbedCommandTest::numbers).toArray(double[][]::new);
        assertThat(vectors).hasDimensions(3, 64);
        assertThat(product(vectors[0], vectors[1])).isCloseTo(1, within(1e-5));
        assertThat(product(vectors[0], vectors[2])).isLessThan(0.999);
    }

    @Test
    void linesOfStandardInputAreTextsAndJsonSaysHowTheyWereRead() {
        byte[] input = "a fox\n\nWho is there?".getBytes(StandardCharsets.UTF_8);
        var result = InProcess.runWithInput(input, "embed", "-m", NOMIC, "--allow-unsigned", "--lines", "--json", "--pooling", "cls", "--no-normalize",
                "--residency", "mapped");
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode json = new JsonMapper().readTree(result.text());
        assertThat(json.get("dimension").asInt()).isEqualTo(64);
        assertThat(json.get("pooling").asString()).isEqualTo("cls");
        assertThat(json.get("normalized").asBoolean()).isFalse();
        assertThat(json.get("embeddings")).hasSize(3);
        // nothing but [CLS] and [SEP]
        assertThat(json.at("/embeddings/1/tokens").asInt()).isEqualTo(2);
        assertThat(json.at("/embeddings/2/vector")).hasSize(64);
    }

    @Test
    void theLineThatIsTooLongIsNamedBeforeAnythingIsComputed() {
        byte[] input = ("a fox\n" + "fox ".repeat(200) + "\na fox\n").getBytes(StandardCharsets.UTF_8);
        var result = InProcess.runWithInput(input, "embed", "-m", BERT, "--allow-unsigned", "--lines");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("line 2 has 602 tokens", "at most 128");
        assertThat(result.text()).isEmpty();
    }

    @Test
    void whatCannotBeIsSaid() {
        var decoder = InProcess.run("embed", "--model", Models.demoFile(), "--allow-unsigned", "a fox");
        assertThat(decoder.exitCode()).isEqualTo(1);
        assertThat(decoder.err()).contains("is a decoder", "bert, nomic-bert");
        var unsigned = InProcess.run("embed", "--model", BERT, "a fox");
        assertThat(unsigned.exitCode()).isEqualTo(3);
        var encoder = InProcess.run("run", "--model", BERT, "--allow-unsigned", "-p", "a fox");
        assertThat(encoder.exitCode()).isEqualTo(1);
        assertThat(encoder.err()).contains("is an encoder");
        var tooLong = InProcess.run("embed", "--model", BERT, "--allow-unsigned", "fox ".repeat(200));
        assertThat(tooLong.exitCode()).isEqualTo(1);
        assertThat(tooLong.err()).contains("at most 128");
    }

    @Test
    void inspectTellsWhatAnEncoderTakes() {
        var result = InProcess.run("inspect", BERT, "--allow-unsigned", "--json");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(new JsonMapper().readTree(result.text()).at("/memory/context").asInt()).isEqualTo(128);
    }
}
