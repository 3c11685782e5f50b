package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import dev.lockstep.models.internal.tokenizer.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Vocabularies that contradict themselves: refused, or good for any text. */
class VocabularyFuzzTest {
    private static final String[] MODELS = {"llama", "gpt2", "bert", ""};
    private static final String[] RULES = {null, "gpt-2", "llama-bpe", "starcoder", "qwen2", "none"};
    private static final Boolean[] FLAGS = {null, true, false};
    private static final int MAX_TOKENS = 64;
    private static final int MAX_TEXT = 64;

    @FuzzTest
    void isRefusedOrSpellsAnyText(FuzzedDataProvider data) throws Exception {
        int bytes = data.remainingBytes();
        Vocabulary vocabulary = vocabulary(data);
        byte[] text = data.consumeString(MAX_TEXT).getBytes(StandardCharsets.UTF_8);
        Parsing.accepts(bytes, Set.of(ModelFormatException.class), () -> {
            Tokenizer tokenizer = Tokenizers.of(vocabulary);
            Tokens.decode(tokenizer, Tokens.encode(tokenizer, text, true));
            for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                tokenizer.piece(id);
            }
        });
    }

    private static Vocabulary vocabulary(FuzzedDataProvider data) {
        String model = data.pickValue(MODELS);
        List<String> tokens = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        if (data.consumeBoolean()) {
            addBytes(model, tokens, types);
        }
        for (int i = data.consumeInt(0, MAX_TOKENS); i > 0; i--) {
            tokens.add(data.consumeString(8));
            types.add(data.consumeInt(0, 7));
        }
        int[] typeArray = data.consumeBoolean() ? Vocabularies.ints(types) : data.consumeBoolean() ? null : data.consumeInts(8);
        return new Vocabulary("fuzz", model, data.pickValue(RULES), StringTable.of(tokens), scores(data, tokens.size()),
                typeArray, merges(data, tokens), id(data), id(data), id(data), id(data), id(data),
                data.pickValue(FLAGS), data.pickValue(FLAGS), data.pickValue(FLAGS));
    }

    /** What most vocabularies have; the fuzzer would hardly ever find all of them by itself. */
    private static void addBytes(String model, List<String> tokens, List<Integer> types) {
        for (int value = 0; value < 256; value++) {
            tokens.add(model.equals("llama") ? String.format("<0x%02X>", value) : Vocabularies.spelling(value));
            types.add(model.equals("llama") ? Vocabularies.BYTE : Vocabularies.NORMAL);
        }
    }

    private static float[] scores(FuzzedDataProvider data, int tokens) {
        if (data.consumeBoolean()) {
            return null;
        }
        float[] scores = new float[data.consumeBoolean() ? tokens : data.consumeInt(0, 4)];
        for (int i = 0; i < scores.length && data.remainingBytes() > MAX_TEXT; i++) {
            scores[i] = data.consumeFloat();
        }
        return scores;
    }

    /** Of tokens that exist, mostly, or else any text. */
    private static StringTable merges(FuzzedDataProvider data, List<String> tokens) {
        List<String> merges = new ArrayList<>();
        for (int i = data.consumeInt(0, 8); i > 0; i--) {
            merges.add(data.consumeBoolean() || tokens.isEmpty() ? data.consumeString(8)
                    : data.pickValue(tokens) + " " + data.pickValue(tokens));
        }
        return data.consumeBoolean() ? StringTable.of(merges) : null;
    }

    private static long id(FuzzedDataProvider data) {
        return data.consumeBoolean() ? data.consumeLong() : data.consumeLong(-2, 2 * MAX_TOKENS);
    }
}
