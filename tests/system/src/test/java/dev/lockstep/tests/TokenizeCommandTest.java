package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code lockstep tokenize} on files that hold only a vocabulary. All texts are compared in the tokenizer's own tests; here
 * every sixth goes through the real program.
 */
class TokenizeCommandTest {
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";
    private static final int STEP = 6;

    @ParameterizedTest
    @ValueSource(strings = {"llama-spm", "gpt-2"})
    void idsAreTheRecordedOnes(String name) throws IOException {
        Path vocabulary = SharedData.path("vectors/tokenizers/vocab/ggml-vocab-" + name + ".gguf");
        String[] texts = Files.readString(vocabulary.resolveSibling(vocabulary.getFileName() + ".inp")).split(SEPARATOR, -1);
        String[] ids = Files.readString(vocabulary.resolveSibling(vocabulary.getFileName() + ".out")).split("\n", -1);
        for (int i = 0; i < ids.length - 1; i += STEP) {
            var result = InProcess.runWithInput(texts[i].getBytes(StandardCharsets.UTF_8),
                    "tokenize", "--model", vocabulary, "--allow-unsigned", "--ids", "--no-special");
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.text().strip()).as("text %d", i).isEqualTo(ids[i].strip());
        }
    }

    @Test
    void specialTokensAreAddedUnlessLeftOut() {
        Path model = SharedData.path("checkpoints/stories260K/stories260K-f32.gguf");
        var with = InProcess.run("tokenize", "--model", model, "--allow-unsigned", "--ids", "Once upon a time");
        var without = InProcess.run("tokenize", "--model", model, "--allow-unsigned", "--ids", "--no-special", "Once upon a time");
        assertThat(with.text()).isEqualTo("1 403 407 261 378\n");
        assertThat(without.text()).isEqualTo("403 407 261 378\n");
    }

    @Test
    void controlTokensAreReadOnlyIfToldSo() {
        Path model = SharedData.path("checkpoints/stories260K/stories260K-f32.gguf");
        var text = InProcess.run("tokenize", "--model", model, "--allow-unsigned", "--ids", "--no-special", "<s></s>");
        var markup = InProcess.run("tokenize", "--model", model, "--allow-unsigned", "--ids", "--no-special", "--special", "<s></s>");
        assertThat(text.text().split(" ")).hasSizeGreaterThan(6);
        assertThat(markup.text()).isEqualTo("1 2\n");
    }

    @Test
    void withoutIdsEachTokenIsShownOnALine() {
        var result = InProcess.run("tokenize", "Once upon");
        assertThat(result.exitCode()).isZero();
        assertThat(result.text().lines().map(line -> line.strip().split("\\s+", 2)[0])).allMatch(id -> id.matches("\\d+"));
    }
}
