package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.app.InProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep synth} makes models that the other commands take for models, and {@code lockstep bench} measures them. */
class BenchCommandTest {
    @TempDir
    private Path folder;

    private Path synth(String type, Object... more) {
        Path file = folder.resolve(type + ".gguf");
        var arguments = new Object[6 + more.length];
        System.arraycopy(new Object[] {"synth", "--shape", "tiny", "--type", type, file}, 0, arguments, 0, 6);
        System.arraycopy(more, 0, arguments, 6, more.length);
        var result = InProcess.run(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEmpty();
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
    void aSyntheticModelRuns(String type) {
        var result = InProcess.run("run", "--model", synth(type), "--allow-unsigned", "-p", "Once upon a time", "-n", "8",
                "--temperature", "0");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).startsWith("Once upon a time").hasSizeGreaterThan("Once upon a time".length());
    }

    @Test
    void anotherFileIsReplacedOnlyByForce() throws Exception {
        Path file = synth("Q4_0");
        byte[] first = Files.readAllBytes(file);
        var again = InProcess.run("synth", "--shape", "tiny", "--type", "Q4_0", "--seed", "2", file);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("Q4_0.gguf").contains("not overwritten");
        assertThat(file).hasBinaryContent(first);
        synth("Q4_0", "--force", "--seed", "2");
        assertThat(Files.readAllBytes(file)).isNotEqualTo(first);
    }

    @Test
    void unknownShapesAndTypesAreNamedWithThoseThatThereAre() {
        var shape = InProcess.run("synth", "--shape", "gpt-9", "--type", "Q8_0", folder.resolve("x"));
        assertThat(shape.exitCode()).isEqualTo(2);
        assertThat(shape.err()).contains("gpt-9").contains("llama-3.2-1b");
        var type = InProcess.run("synth", "--shape", "tiny", "--type", "IQ1_S", folder.resolve("x"));
        assertThat(type.exitCode()).isEqualTo(2);
        assertThat(type.err()).contains("IQ1_S").contains("MXFP4");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void benchRelatesWhatItMeasuresToTheCeilings() {
        Path file = synth("Q8_0");
        var result = InProcess.run("bench", "--model", file, "--allow-unsigned", "-p", "5,17", "-n", "6", "-r", "2",
                "--context", "3,40", "-t", "2", "--read-buffer", "16", "--json");
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode json = new JsonMapper().readTree(result.text());
        JsonNode machine = json.get("machine");
        assertThat(machine.get("threads").asInt()).isEqualTo(2);
        for (String number : new String[] {"/machine/readBandwidthGBs", "/machine/fmaCeilingGmacs", "/machine/vectorBits",
            "/model/bytes", "/cold/openMillis", "/cold/loadMillis", "/cold/firstPrefillMillis", "/cold/firstTokenMillis"}) {
            assertThat(json.at(number).asDouble()).as(number).isPositive();
        }
        assertThat(json.at("/model/name").asString()).isEqualTo("Q8_0.gguf");
        assertThat(json.at("/model/parameters").asLong()).isEqualTo(1_574_144);
        // 34 bytes for 32 weights of the layers and of the output, more or less as the panels are laid out
        assertThat(json.at("/model/weightBytesPerToken").asLong()).isBetween(1_671_168L, 2_000_000L);
        assertPrefill(json, 0, 5);
        assertPrefill(json, 1, 17);
        assertDecode(json, 0, 3);
        assertDecode(json, 1, 40);
    }

    private static void assertPrefill(JsonNode json, int index, int tokens) {
        JsonNode prefill = json.get("prefill").get(index);
        assertThat(prefill.get("tokens").asInt()).isEqualTo(tokens);
        assertThat(prefill.get("tokensPerSecond").asDouble())
                .isBetween(prefill.get("minTokensPerSecond").asDouble(), prefill.get("maxTokensPerSecond").asDouble());
        // layers: two times 256 x (512 + 128 + 128 + 512 + 3 x 512); output, once: 512 x 256
        double multiplyAdds = 2 * 256 * 2816 + 512 * 256 / (double) tokens;
        assertThat(prefill.get("gmacPerSecondPerCore").asDouble())
                .isCloseTo(prefill.get("tokensPerSecond").asDouble() * multiplyAdds / 2 / 1e9, within(1e-9));
        assertThat(prefill.get("fmaCeilingShare").asDouble()).isCloseTo(
                prefill.get("gmacPerSecondPerCore").asDouble() / json.at("/machine/fmaCeilingGmacs").asDouble(), within(1e-9));
    }

    private static void assertDecode(JsonNode json, int index, int context) {
        JsonNode decode = json.get("decode").get(index);
        assertThat(decode.get("tokens").asInt()).isEqualTo(6);
        assertThat(decode.get("context").asInt()).isEqualTo(context);
        assertThat(decode.get("weightGBs").asDouble()).isCloseTo(
                decode.get("tokensPerSecond").asDouble() * json.at("/model/weightBytesPerToken").asLong() / 1e9, within(1e-9));
        assertThat(decode.get("bandwidthShare").asDouble()).isCloseTo(
                decode.get("weightGBs").asDouble() / json.at("/machine/readBandwidthGBs").asDouble(), within(1e-9));
        assertThat(decode.get("heapBytesPerToken").asDouble()).isNotNegative();
    }

    @Test
    void benchTellsPeopleShares() {
        var result = InProcess.run("bench", "-p", "4", "-n", "2", "-r", "1", "--context", "2", "--read-buffer", "16");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).contains("% of the read bandwidth").contains("% of the fma ceiling").contains("cold start");
    }

    @Test
    void whatDoesNotFitIsAUsageError() {
        Path file = synth("Q8_0", "--context", "64");
        var prompt = InProcess.run("bench", "--model", file, "--allow-unsigned", "-p", "64", "--context", "1", "-n", "1");
        assertThat(prompt.exitCode()).isEqualTo(2);
        assertThat(prompt.err()).contains("-p 64").contains("context of 64");
        var context = InProcess.run("bench", "--model", file, "--allow-unsigned", "-p", "1", "--context", "50", "-n", "20");
        assertThat(context.exitCode()).isEqualTo(2);
        assertThat(context.err()).contains("--context 50 and -n 20");
        assertThat(InProcess.run("bench", "-r", "0").exitCode()).isEqualTo(2);
        assertThat(InProcess.run("bench", "--threads", "0").exitCode()).isEqualTo(2);
        assertThat(InProcess.run("bench", "--read-buffer", "0").exitCode()).isEqualTo(2);
    }
}
