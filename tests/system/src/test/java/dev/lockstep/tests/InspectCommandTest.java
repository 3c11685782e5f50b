package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.GgufWriter.Existing;
import dev.lockstep.loader.StringTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code inspect} promises to programs (docs/inspect.md) and to terminals. */
class InspectCommandTest {
    private static final String[] KEYS = {"file", "bytes", "format", "sha256", "signature", "exposure", "architecture", "parameters", "bytesByType",
        "tokenizer", "chatTemplate", "kernels", "residency", "memory", "metadata", "tensors", "problem"};

    @TempDir
    private Path folder;

    private static JsonNode inspect(Path model) {
        return new JsonMapper().readTree(InProcess.run("inspect", "--json", "--allow-unsigned", model).text());
    }

    private Path written(GgufMetadata metadata) throws IOException {
        Path file = folder.resolve("written.gguf");
        try (var writer = GgufWriter.create(file, Existing.REPLACE, metadata, List.of())) {
            writer.finish();
        }
        return file;
    }

    @Test
    void aModelThatRunsIsDescribedInFull() {
        JsonNode json = inspect(Models.demoFile());
        assertThat(json.propertyNames()).containsExactly(KEYS);
        assertThat(json.at("/format").asString()).isEqualTo("GGUF v3");
        assertThat(json.at("/tokenizer/model").asString()).isEqualTo("gpt2");
        assertThat(json.at("/tokenizer/preTokenizer").asString()).isEqualTo("gpt-2");
        assertThat(json.at("/tokenizer/tokens").asInt()).isEqualTo(2048);
        assertThat(json.at("/tokenizer/addsBeginOfText").asBoolean()).isTrue();
        assertThat(json.at("/tokenizer/specialTokens/0/role").asString()).isEqualTo("bos");
        assertThat(json.at("/tokenizer/specialTokens/0/id").asInt()).isEqualTo(2047);
        assertThat(json.at("/tokenizer/specialTokens/0/piece").asString()).isEqualTo("<|endoftext|>");
        assertThat(json.at("/chatTemplate").asBoolean(true)).isFalse();
        assertThat(json.at("/residency").asString()).isEqualTo("RESIDENT");
        assertThat(json.at("/metadata/llama.block_count").asInt()).isEqualTo(6);
        assertThat(json.at("/metadata/tokenizer.ggml.tokens/count").asInt()).isEqualTo(2048);
        assertThat(json.at("/problem").isNull()).isTrue();
    }

    /** The same keys whatever is missing, and why it cannot be run. */
    @Test
    void whatCannotBeRunHasTheSameKeysAndAReason() throws IOException {
        Path file = written(new GgufMetadata().text("general.architecture", "rnn").text("tokenizer.chat_template", "{{ x }}")
                .integer("huge", IntegerType.UINT64, -1).number("nothing", FloatType.FLOAT32, Float.NaN).texts("words", StringTable.of(List.of("a"))));
        var result = InProcess.run("inspect", "--json", "--allow-unsigned", file);
        assertThat(result.exitCode()).isEqualTo(1);
        JsonNode json = new JsonMapper().readTree(result.text());
        assertThat(json.propertyNames()).containsExactly(KEYS);
        assertThat(json.at("/tokenizer").isNull()).isTrue();
        assertThat(json.at("/memory").isNull()).isTrue();
        assertThat(json.at("/signature").isNull()).isTrue();
        assertThat(json.at("/chatTemplate").asBoolean()).isTrue();
        assertThat(json.at("/problem").asString()).contains("tokenizer.ggml.model");
        assertThat(json.at("/metadata/huge").asString()).isEqualTo("18446744073709551615");
        assertThat(json.at("/metadata/nothing").asString()).isEqualTo("NaN");
    }

    @Test
    void textOfAModelFileCannotReachATerminal() throws IOException {
        String hostile = "\u001b[2J\u009b31m\u202egpj\u2028";
        Path file = written(new GgufMetadata().text("general.architecture", hostile).text("general.name", hostile));
        for (var result : List.of(InProcess.run("inspect", "--allow-unsigned", file), InProcess.run("inspect", "--json", "--allow-unsigned", file))) {
            assertThat(result.text() + result.err()).contains("gpj").doesNotContain("\u001b", "\u009b", "\u202e", "\u2028");
        }
        assertThat(inspect(file).at("/architecture").asString()).isEqualTo(hostile);
    }
}
