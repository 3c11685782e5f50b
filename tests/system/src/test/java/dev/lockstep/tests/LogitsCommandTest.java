package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogitsCommandTest {
    private static final double TOLERANCE = 1e-3;

    @TempDir
    private Path folder;

    @Test
    void logitsAreWrittenAsLittleEndianFloatsAndThreadsDoNotChangeThem() throws IOException {
        Path model = SharedData.path("checkpoints/stories260K/stories260K-f32.gguf");
        var reference = SharedData.json(model.resolveSibling("golden.json")).get("logits");
        String tokens = String.join(",", reference.get("input_ids").valueStream().map(id -> id.asString()).toList());
        Path one = folder.resolve("1.f32");
        Path two = folder.resolve("2.f32");
        for (var run : new Object[][] {{one, 1}, {two, 2}}) {
            var result = InProcess.run("logits", "--model", model, "--allow-unsigned", "--tokens", tokens, "--out", run[0],
                    "--threads", run[1]);
            assertThat(result.exitCode()).as(result.err()).isZero();
        }
        assertThat(Files.mismatch(one, two)).isEqualTo(-1);
        float[] actual = SharedData.floats(one);
        float[] expected = SharedData.floats(model.resolveSibling(reference.get("file").asString()));
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isBetween(expected[i] - TOLERANCE, expected[i] + TOLERANCE);
        }
    }

    @Test
    void aTokenOutsideOfTheVocabularyIsAUsageError() {
        var result = InProcess.run("logits", "--tokens", "1,2048", "--out", folder.resolve("x"));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("token 2048");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
