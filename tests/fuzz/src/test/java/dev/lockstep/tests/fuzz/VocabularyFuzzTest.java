package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Vocabularies that contradict themselves: refused, or good for any text. */
class VocabularyFuzzTest {
    private static final String[] MODELS = {"llama", "gpt2", "bert", "t5", ""};
    private static final String[] RULES = {null, "gpt-2", "llama-bpe", "starcoder", "qwen2", "tekken", "default", "none"};
    private static final Boolean[] FLAGS = {null, true, false};
    private static final List<String> IDS = List.of("bos_token_id", "eos_token_id", "eot_token_id", "eom_token_id", "unknown_token_id",
            "cls_token_id", "seperator_token_id");
    private static final List<String> SWITCHES = List.of("add_bos_token", "add_eos_token", "add_sep_token", "add_space_prefix",
            "remove_extra_whitespaces", "normalizer.lowercase", "normalizer.strip_accents");
    private static final int MAX_TOKENS = 64;
    private static final int MAX_TEXT = 64;

    @FuzzTest
    void isRefusedOrSpellsAnyText(FuzzedDataProvider data) throws Exception {
        int bytes = data.remainingBytes();
        Metadata vocabulary = vocabulary(data);
        byte[] text = data.consumeString(MAX_TEXT).getBytes(StandardCharsets.UTF_8);
        Parsing.accepts(bytes, Set.of(ModelFormatException.class), () -> {
            Tokenizer tokenizer = Tokenizers.of(vocabulary);
            Tokens.decode(tokenizer, Tokens.encode(tokenizer, text, true));
            for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                tokenizer.piece(id);
            }
        });
    }

    private static Metadata vocabulary(FuzzedDataProvider data) {
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
        Map<String, Metadata.Value> values = new HashMap<>();
        put(values, "model", new Metadata.TextValue(model));
        String rule = data.pickValue(RULES);
        put(values, "pre", rule == null ? null : new Metadata.TextValue(rule));
        put(values, "token_type", data.consumeBoolean() ? Metadata.NumberListValue.of(Vocabularies.ints(types))
                : data.consumeBoolean() ? null : Metadata.NumberListValue.of(data.consumeInts(8)));
        put(values, "scores", scores(data, tokens.size()));
        put(values, "merges", merges(data, tokens));
        for (String key : IDS) {
            put(values, key, data.consumeBoolean() ? new Metadata.IntegerValue(id(data)) : null);
        }
        for (String key : SWITCHES) {
            Boolean flag = data.pickValue(FLAGS);
            put(values, key, flag == null ? null : new Metadata.BooleanValue(flag));
        }
        put(values, "precompiled_charsmap", data.consumeBoolean() ? Metadata.NumberListValue.of(data.consumeInts(16)) : null);
        put(values, "tokens", new Metadata.TextListValue(StringTable.of(tokens)));
        return new Metadata("fuzz", values);
    }

    private static void put(Map<String, Metadata.Value> values, String key, Metadata.Value value) {
        if (value != null) {
            values.put("tokenizer.ggml." + key, value);
        }
    }

    /** What most vocabularies have; the fuzzer would hardly ever find all of them by itself. */
    private static void addBytes(String model, List<String> tokens, List<Integer> types) {
        for (int value = 0; value < 256; value++) {
            tokens.add(model.equals("llama") ? String.format("<0x%02X>", value) : Vocabularies.spelling(value));
            types.add(model.equals("llama") ? Vocabularies.BYTE : Vocabularies.NORMAL);
        }
    }

    private static Metadata.Value scores(FuzzedDataProvider data, int tokens) {
        if (data.consumeBoolean()) {
            return null;
        }
        float[] scores = new float[data.consumeBoolean() ? tokens : data.consumeInt(0, 4)];
        for (int i = 0; i < scores.length && data.remainingBytes() > MAX_TEXT; i++) {
            scores[i] = data.consumeFloat();
        }
        return Metadata.NumberListValue.of(scores);
    }

    /** Of tokens that exist, mostly, or else any text. */
    private static Metadata.Value merges(FuzzedDataProvider data, List<String> tokens) {
        List<String> merges = new ArrayList<>();
        for (int i = data.consumeInt(0, 8); i > 0; i--) {
            merges.add(data.consumeBoolean() || tokens.isEmpty() ? data.consumeString(8)
                    : data.pickValue(tokens) + " " + data.pickValue(tokens));
        }
        return data.consumeBoolean() ? new Metadata.TextListValue(StringTable.of(merges)) : null;
    }

    private static long id(FuzzedDataProvider data) {
        return data.consumeBoolean() ? data.consumeLong() : data.consumeLong(-2, 2 * MAX_TOKENS);
    }
}
