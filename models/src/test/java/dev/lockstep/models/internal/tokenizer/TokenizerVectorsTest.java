package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.models.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids that other implementations give, from the shared test data. */
class TokenizerVectorsTest {
    private static final int CASES_PER_VOCABULARY = 46;
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    @ParameterizedTest
    @ValueSource(strings = {"llama-spm", "gpt-2", "phi-3", "starcoder", "bert-bge"})
    void idsEqualThoseOfLlamaCpp(String name) throws IOException {
        Path vocab = SharedData.root().resolve("vectors/tokenizers/vocab/ggml-vocab-" + name + ".gguf");
        Tokenizer tokenizer = Tokenizers.of(GgufMetadata.of(vocab));
        List<String> texts = texts(Files.readString(Path.of(vocab + ".inp")));
        List<String> lines = Files.readAllLines(Path.of(vocab + ".out"));
        assertThat(texts).hasSameSizeAs(lines).hasSize(CASES_PER_VOCABULARY);
        for (int i = 0; i < texts.size(); i++) {
            int[] expected = Arrays.stream(lines.get(i).trim().split(" ")).filter(word -> !word.isEmpty())
                    .mapToInt(Integer::parseInt).toArray();
            assertIds(tokenizer, texts.get(i), false, expected);
        }
    }

    private static List<String> texts(String inputs) {
        assertThat(inputs).endsWith(SEPARATOR);
        return List.of(inputs.substring(0, inputs.length() - SEPARATOR.length()).split(SEPARATOR, -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-spm", "gpt-2", "phi-3", "starcoder", "bert-bge"})
    void idsEqualThoseOfHuggingFaceTokenizers(String name) throws IOException {
        Path folder = SharedData.root().resolve("vectors/tokenizers");
        Map<?, ?> vectors = json(folder.resolve("extra/" + name + ".json"));
        Tokenizer tokenizer = Tokenizers.of(GgufMetadata.of(folder.resolve((String) vectors.get("vocab"))));
        assertThat(checkCases(tokenizer, vectors, "cases", false)).isGreaterThan(100);
    }

    @Test
    void idsEqualThoseOfRunC() throws IOException {
        Path folder = SharedData.root().resolve("checkpoints/stories260K");
        Tokenizer tokenizer = Tokenizers.of(GgufMetadata.of(folder.resolve("stories260K-f32.gguf")));
        assertThat(checkCases(tokenizer, json(folder.resolve("tokenization.json")), "cases", true)).isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-headdim", "gemma", "gemma2", "gemma3", "mixtral", "phi3", "gpt2", "gptneox",
        "phi2", "starcoder2", "granite", "granitemoe", "smollm3", "cohere2", "llama3-tied", "qwen2", "qwen2moe",
        "qwen3", "qwen3moe", "olmo2", "olmoe", "bert", "nomic-bert"})
    void idsEqualThoseOfTheReferenceModels(String name) throws IOException {
        Path folder = SharedData.root().resolve("checkpoints/arch/" + name);
        Tokenizer tokenizer = Tokenizers.of(GgufMetadata.of(folder.resolve("model-f32.gguf")));
        assertThat(checkCases(tokenizer, json(folder.resolve("reference.json")), "tokenization", true)).isPositive();
    }

    @Test
    void theDemoModelBeginsTextsWithItsOnlyControlToken() throws IOException {
        Path folder = SharedData.root().resolve("checkpoints/andersen");
        Tokenizer tokenizer = Tokenizers.of(GgufMetadata.of(folder.resolve("andersen-5m-q4_k.gguf")));
        Map<?, ?> reference = json(folder.resolve("reference.json"));
        assertIds(tokenizer, "Once upon a time", true, ids(reference.get("greedy_prompt")));
        assertThat(tokenizer.isEndOfText(2047)).isTrue();
        String story = "Once upon a time" + text(tokenizer, ids(reference.get("greedy")));
        assertThat(story).isEqualTo(reference.get("greedy_text"));
        byte[] heldout = Files.readAllBytes(folder.resolve("heldout.txt"));
        assertThat(Texts.decode(tokenizer, Texts.encode(tokenizer, heldout, true))).isEqualTo(heldout);
    }

    /** Checks every {text, ids} under {@code key} and returns how many there were. */
    private static int checkCases(Tokenizer tokenizer, Map<?, ?> vectors, String key, boolean addSpecial) {
        List<?> cases = (List<?>) vectors.get(key);
        for (Object one : cases) {
            Map<?, ?> vector = (Map<?, ?>) one;
            assertIds(tokenizer, (String) vector.get("text"), addSpecial, ids(vector.get("ids")));
        }
        return cases.size();
    }

    private static void assertIds(Tokenizer tokenizer, String text, boolean addSpecial, int[] expected) {
        int[] ids = Texts.encode(tokenizer, Texts.utf8(text), addSpecial);
        assertThat(ids).as("ids of <%s>", text).isEqualTo(expected);
        if (tokenizer instanceof WordPieceTokenizer) {
            return; // folds text, and forgets where its blanks were
        }
        String spelled = text(tokenizer, ids);
        // the one change to a text: each stretch after a user-defined token gets a space in front
        assertThat(tokenizer.addsSpacePrefix() ? spelled.replace(" ", "") : spelled).as("text of its ids")
                .isEqualTo(tokenizer.addsSpacePrefix() ? text.replace(" ", "") : text);
    }

    private static String text(Tokenizer tokenizer, int[] ids) {
        return new String(Texts.decode(tokenizer, ids), StandardCharsets.UTF_8);
    }

    private static int[] ids(Object list) {
        List<Integer> ids = new ArrayList<>();
        ((List<?>) list).forEach(id -> ids.add(((Double) id).intValue()));
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Map<?, ?> json(Path path) throws IOException {
        return JsonText.object(Files.readString(path));
    }
}
