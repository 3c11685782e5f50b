package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.models.Sampling;
import dev.lockstep.testkit.Cli;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Real models tell the stories that other implementations told before. */
class GoldenTextTest {
    @Test
    void theCommandLinePrintsTheGoldenStoryByteForByte() throws IOException {
        Path folder = SharedData.path("checkpoints/stories260K");
        var result = Cli.standard().run("run", "--model", folder.resolve("stories260K-f32.gguf"), "--allow-unsigned",
                "--temperature", "0", "-n", "200", "-p", "");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).isEqualTo(Files.readString(folder.resolve("golden.txt")));
    }

    @Test
    void theTwoHundredTokensAreTheRecordedOnes() {
        Path folder = SharedData.path("checkpoints/stories260K");
        int[] expected = SharedData.ints(SharedData.json(folder.resolve("golden.json")).get("greedy_ids"));
        try (var model = Models.unsigned(folder.resolve("stories260K-f32.gguf"), 2); var session = model.newSession()) {
            assertThat(Models.greedyStory(session, expected.length)).isEqualTo(expected);
        }
    }

    @Test
    void andersenTellsItsRecordedTale() {
        Path folder = SharedData.path("checkpoints/andersen");
        var reference = SharedData.json(folder.resolve("reference.json"));
        int count = reference.get("greedy").size();
        try (var model = Models.unsigned(folder.resolve("andersen-5m-f32.gguf"), 2); var session = model.newSession()) {
            String text = Models.generate(session, "Once upon a time", Sampling.greedy().maxTokens(count));
            assertThat("Once upon a time" + text).isEqualTo(reference.get("greedy_text").asString());
        }
    }

    @Test
    void theDemoModelTellsAStoryOutOfTheBox() {
        var result = InProcess.run("run", "-p", "Once upon a time", "--seed", "7", "-n", "48");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.text()).startsWith("Once upon a time").hasSizeGreaterThan(80);
    }

    @Test
    void equalSeedsGiveEqualTextsWhateverTheThreads() {
        String one = InProcess.run("run", "-p", "The king", "--seed", "11", "-n", "40", "--threads", "1").text();
        String two = InProcess.run("run", "-p", "The king", "--seed", "11", "-n", "40", "--threads", "2").text();
        String other = InProcess.run("run", "-p", "The king", "--seed", "12", "-n", "40", "--threads", "2").text();
        assertThat(two).isEqualTo(one);
        assertThat(other).isNotEqualTo(one);
    }

    @Test
    void thePromptMayComeThroughAPipe() {
        var piped = Cli.plainJava().withInput("Once upon a time".getBytes(StandardCharsets.UTF_8))
                .run("run", "--temperature", "0", "-n", "12");
        var argument = InProcess.run("run", "--temperature", "0", "-n", "12", "-p", "Once upon a time");
        assertThat(piped.text()).isEqualTo(argument.text());
    }
}
