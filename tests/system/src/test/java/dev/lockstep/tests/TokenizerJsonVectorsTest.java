package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.StringTable;
import dev.lockstep.loader.TrustPolicy;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The vocabularies of the shared vectors, written as the {@code tokenizer.json} that their publishers have, give the recorded ids. */
class TokenizerJsonVectorsTest {
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "starcoder", "llama-spm", "phi-3", "bert-bge"})
    void idsAreTheRecordedOnes(String name) throws IOException {
        Path vocab = SharedData.path("vectors/tokenizers/vocab/ggml-vocab-" + name + ".gguf");
        Metadata gguf;
        try (var checkpoint = CheckpointLoader.open(vocab, TrustPolicy.allowUnsigned())) {
            gguf = checkpoint.metadata();
        }
        int size = gguf.texts("tokenizer.ggml.tokens").orElseThrow().size();
        byte[] json = JSON.writeValueAsBytes(tokenizerJson(name, gguf));
        Tokenizer tokenizer = Tokenizers.of(new Metadata(name, TokenizerFiles.metadata(name, Map.of("tokenizer.json", json), size)));
        String[] texts = Files.readString(Path.of(vocab + ".inp")).split(SEPARATOR, -1);
        List<String> lines = Files.readAllLines(Path.of(vocab + ".out"));
        for (int i = 0; i < lines.size(); i++) {
            int[] expected = Arrays.stream(lines.get(i).strip().split(" ")).filter(id -> !id.isEmpty()).mapToInt(Integer::parseInt).toArray();
            assertThat(ids(tokenizer, texts[i])).as("text %d of %s", i, name).isEqualTo(expected);
        }
    }

    private static int[] ids(Tokenizer tokenizer, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        try (var arena = SecureArena.open("test")) {
            MemorySegment memory = arena.allocate(utf8.length, 1).copyFrom(MemorySegment.ofArray(utf8));
            return tokenizer.encode(memory, false, arena).toArray(ValueLayout.JAVA_INT);
        }
    }

    private static ObjectNode tokenizerJson(String name, Metadata gguf) {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode model = root.putObject("model");
        StringTable tokens = gguf.texts("tokenizer.ggml.tokens").orElseThrow();
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocab.put(name.equals("bert-bge") ? bertSpelling(tokens.text(id)) : tokens.text(id), id);
        }
        addSpecialTokens(root.putArray("added_tokens"), gguf, tokens);
        switch (name) {
            case "gpt-2" -> {
                root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
                byteLevel(model, gguf);
            }
            case "starcoder" -> {
                ArrayNode steps = root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
                steps.addObject().put("type", "Digits").put("individual_digits", true);
                steps.addObject().put("type", "ByteLevel").put("add_prefix_space", false).put("use_regex", true);
                byteLevel(model, gguf);
            }
            case "bert-bge" -> bert(root, model);
            default -> sentencePiece(root, model, gguf);
        }
        return root;
    }

    private static String bertSpelling(String token) {
        return token.startsWith("\u2581") ? token.substring(1) : token.startsWith("[") && token.endsWith("]") ? token : "##" + token;
    }

    private static void addSpecialTokens(ArrayNode added, Metadata gguf, StringTable tokens) {
        int[] types = gguf.integers("tokenizer.ggml.token_type").orElseThrow();
        for (int id = 0; id < types.length; id++) {
            if (types[id] == CONTROL || types[id] == USER_DEFINED) {
                added.addObject().put("id", id).put("content", tokens.text(id)).put("single_word", false).put("lstrip", false)
                        .put("rstrip", false).put("normalized", false).put("special", types[id] == CONTROL);
            }
        }
    }

    private static void byteLevel(ObjectNode model, Metadata gguf) {
        model.put("type", "BPE");
        ArrayNode merges = model.putArray("merges");
        StringTable lines = gguf.texts("tokenizer.ggml.merges").orElseThrow();
        for (int i = 0; i < lines.size(); i++) {
            merges.add(lines.text(i));
        }
    }

    private static void bert(ObjectNode root, ObjectNode model) {
        model.put("type", "WordPiece").put("unk_token", "[UNK]").put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true).put("handle_chinese_chars", true)
                .putNull("strip_accents").put("lowercase", true);
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    }

    private static void sentencePiece(ObjectNode root, ObjectNode model, Metadata gguf) {
        model.put("type", "BPE").put("unk_token", "<unk>").put("fuse_unk", true).put("byte_fallback", true);
        ArrayNode normalizers = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Prepend").put("prepend", "\u2581");
        normalizers.addObject().put("type", "Replace").put("content", "\u2581").putObject("pattern").put("String", " ");
        ArrayNode merges = model.putArray("merges");
        for (Merge merge : merges(gguf)) {
            merges.addArray().add(merge.left()).add(merge.right());
        }
    }

    private record Merge(String left, String right, double score, int leftId, int rightId) { }

    /** Every way to make a piece of two, the best piece first: what transformers derives from a SentencePiece model. */
    private static List<Merge> merges(Metadata gguf) {
        StringTable tokens = gguf.texts("tokenizer.ggml.tokens").orElseThrow();
        float[] scores = gguf.floats("tokenizer.ggml.scores").orElseThrow();
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.text(id), id);
        }
        List<Merge> merges = new ArrayList<>();
        ids.forEach((token, id) -> {
            for (int cut = 1; cut < token.length(); cut++) {
                Integer left = ids.get(token.substring(0, cut));
                Integer right = ids.get(token.substring(cut));
                if (left != null && right != null) {
                    merges.add(new Merge(token.substring(0, cut), token.substring(cut), scores[id], left, right));
                }
            }
        });
        merges.sort(Comparator.comparingDouble(Merge::score).reversed().thenComparingInt(Merge::leftId).thenComparingInt(Merge::rightId));
        return merges;
    }
}
