package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lockstep chat} through a pipe. */
class ChatCommandTest {
    @TempDir
    private static Path folder;
    private static Path file;

    @BeforeAll
    static void write() throws IOException {
        file = TemplatedModel.write(folder.resolve("templated.gguf"), TemplatedModel.TEMPLATE);
    }

    private static Cli.Result chat(String input, Object... more) {
        return InProcess.runWithInput(input.getBytes(StandardCharsets.UTF_8), Stream.of(
                new Object[] {"chat", "--model", file, "--allow-unsigned", "--temperature", "0", "-n", "8"}, more).flatMap(Stream::of).toArray());
    }

    private static List<String> answers(Cli.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.text().lines().toList();
    }

    @Test
    void aLineIsATurnAndTheConversationIsRemembered() {
        List<String> both = answers(chat("Once upon a time\nAnd then?"));
        assertThat(both).hasSize(2);
        assertThat(answers(chat("Once upon a time\n"))).containsExactly(both.getFirst());
        assertThat(answers(chat("And then?\r\n"))).doesNotContain(both.getLast());
        // nothing is said where nothing is asked
        assertThat(answers(chat("\n\n"))).isEmpty();
        assertThat(answers(chat(""))).isEmpty();
    }

    @Test
    void commandsChangeTheConversation() {
        String first = answers(chat("Once upon a time\n")).getFirst();
        assertThat(answers(chat("Once upon a time\n/reset\nOnce upon a time\n"))).containsExactly(first, first);
        String told = answers(chat("Once upon a time\n", "--system", "You are a king.")).getFirst();
        assertThat(told).isNotEqualTo(first);
        assertThat(answers(chat("/system You are a king.\nOnce upon a time\n/reset\nOnce upon a time\n/system\nOnce upon a time\n")))
                .containsExactly(told, told, first);
        assertThat(answers(chat("/exit\nOnce upon a time\n"))).isEmpty();
        assertThat(chat("/help\n").err()).contains("/reset", "/system", "/exit");
    }

    @Test
    void aBackslashContinuesALine() {
        assertThat(answers(chat("Once upon\\\na time\n"))).hasSize(1).isEqualTo(answers(chat("Once upon\\\na time")));
        assertThat(answers(chat("Once\\"))).hasSize(1);
        assertThat(answers(chat("Once upon\\\r\na time\r\n"))).isEqualTo(answers(chat("Once upon\\\na time")));
    }

    @Test
    void aLineThatIsNoUtf8IsLeftOut() {
        String first = answers(chat("Once upon a time\n")).getFirst();
        byte[] input = "Once caf\u00e9\n/system caf\u00e9\nOnce upon a time\n".getBytes(StandardCharsets.ISO_8859_1);
        Cli.Result result = InProcess.runWithInput(input, "chat", "--model", file, "--allow-unsigned", "--temperature", "0", "-n", "8");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.text().lines()).containsExactly(first);
        assertThat(result.err()).contains("no UTF-8, at byte 8", "no UTF-8, at byte 11").doesNotContain("internal error");
    }

    @Test
    void aTurnWithoutAnAnswerIsReportedAndForgotten() {
        String first = answers(chat("Once upon a time\n")).getFirst();
        Cli.Result result = chat("fairy tale ".repeat(200) + "\nOnce upon a time\n", "--context", "100");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.text().lines()).containsExactly(first);
        assertThat(result.err()).contains("leaves no room for an answer").doesNotContain("fairy");
        Cli.Result unknown = chat("/fairy tale\n");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no such command").doesNotContain("fairy");
    }

    @Test
    void whatWasWipedIsReported() {
        assertThat(chat("Once\n", "-v").err()).contains("memory:", "prompt: ", "session: ", "weights: ", "bytes wiped");
    }

    @Test
    void aModelWithoutATemplateNeedsAWord() {
        Object[] demo = {"chat", "--temperature", "0", "-n", "4"};
        Cli.Result refused = InProcess.runWithInput("Once\n".getBytes(StandardCharsets.UTF_8), demo);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("has no chat template").contains("--plain");
        Cli.Result plain = InProcess.runWithInput("Once\n".getBytes(StandardCharsets.UTF_8), "chat", "--temperature", "0", "-n", "4", "--plain");
        assertThat(answers(plain)).isNotEmpty();
    }
}
