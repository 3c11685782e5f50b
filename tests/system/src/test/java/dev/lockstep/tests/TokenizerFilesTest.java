package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.internal.tokenizer.TokenizerFiles;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Hugging Face's tokenizer files give the ids that GGUF files of the same vocabularies give. */
class TokenizerFilesTest {
    private static Tokenizer ofFolder(Path folder, int vocabSize, String... names) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        for (String name : names) {
            files.put(name, Files.readAllBytes(folder.resolve(name)));
        }
        return Tokenizers.of(new Metadata("test", TokenizerFiles.metadata("test", files, vocabSize)));
    }

    private static int[] ids(Tokenizer tokenizer, byte[] utf8) {
        try (var arena = SecureArena.open("test")) {
            MemorySegment text = arena.allocate(utf8.length, 1).copyFrom(MemorySegment.ofArray(utf8));
            return tokenizer.encode(text, true, arena).toArray(ValueLayout.JAVA_INT);
        }
    }

    private static void assertRecorded(Tokenizer tokenizer, Iterable<JsonNode> cases) {
        assertThat(cases).isNotEmpty();
        for (JsonNode vector : cases) {
            String text = vector.get("text").stringValue();
            int[] expected = vector.get("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
            assertThat(ids(tokenizer, text.getBytes(StandardCharsets.UTF_8))).as(text).isEqualTo(expected);
        }
    }

    @Test
    void theDemoModelsFolder() throws IOException {
        Path folder = SharedData.path("checkpoints/andersen");
        Tokenizer tokenizer = ofFolder(folder.resolve("hf"), 2048, "tokenizer.json", "tokenizer_config.json");
        int[] prompt = SharedData.json(folder.resolve("reference.json")).get("greedy_prompt").valueStream().mapToInt(JsonNode::intValue).toArray();
        assertThat(ids(tokenizer, "Once upon a time".getBytes(StandardCharsets.UTF_8))).isEqualTo(prompt);
        assertThat(tokenizer.isEndOfText(2047)).isTrue();
    }

    @Test
    void theStoriesFolder() throws IOException {
        Path folder = SharedData.path("checkpoints/stories260K");
        JsonNode cases = SharedData.json(folder.resolve("tokenization.json")).get("cases");
        assertRecorded(ofFolder(folder.resolve("hf"), 512, "tokenizer.json", "tokenizer_config.json", "generation_config.json"), cases);
    }

    /** Its SentencePiece model says that superfluous spaces are dropped, and takes U+2581 for one, which run.c and the other files do not. */
    @Test
    void theSentencePieceModelOfTheStories() throws IOException {
        Path folder = SharedData.path("checkpoints/stories260K");
        Tokenizer tokenizer = ofFolder(folder.resolve("hf"), 512, "tokenizer.model", "tokenizer_config.json", "generation_config.json");
        List<JsonNode> cases = SharedData.json(folder.resolve("tokenization.json")).get("cases").valueStream()
                .filter(vector -> !(' ' + vector.get("text").stringValue() + ' ').matches("(?s).*(  |\u2581).*")).toList();
        assertThat(cases).hasSizeGreaterThan(10);
        assertRecorded(tokenizer, cases);
        byte[] spaced = "  two  spaces ".getBytes(StandardCharsets.UTF_8);
        assertThat(ids(tokenizer, spaced)).isEqualTo(ids(tokenizer, "two spaces".getBytes(StandardCharsets.UTF_8)));
    }
}
