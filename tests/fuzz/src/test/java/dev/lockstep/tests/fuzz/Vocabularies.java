package dev.lockstep.tests.fuzz;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.StringTable;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Small vocabularies with a token for every byte, so that any text can be spelled and comes back as it was. */
final class Vocabularies {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int BYTE = 6;

    /** How many ids, from 0 on, text must never become: every vocabulary here begins with that many control tokens. */
    static final int CONTROLS = 3;

    private static final List<String> PIECES = List.of("\u2581", "a", "b", "e", "h", "t", "1", "\u00e9", "\u65e5", "\u672c",
            "th", "ab", "aa", "the", "abab", "aaaa", "\u2581the", "\u2581a", "\u65e5\u672c", "\u2581\u2581", "a b", "\u2581<s>");

    private static final List<String> MERGES = List.of("t h", "th e", "a b", "a a", "aa aa", "ab ab", "\u0120 the",
            "\u0120 \u0120", "1 2", "12 3", "\u010a \u010a", "\u00c3 \u00a9");

    private static final List<String> USER_DEFINED_TOKENS = List.of("<|x|", "<|x|>y", "<|", "\n\n", "  ");

    private Vocabularies() {
    }

    /** SentencePiece, with or without a space in front of texts and with or without user-defined tokens. */
    static Tokenizer sentencePiece(boolean spacePrefix, boolean userDefined) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(UNKNOWN, CONTROL, CONTROL));
        for (int value = 0; value < 256; value++) {
            add(tokens, types, String.format("<0x%02X>", value), BYTE);
        }
        PIECES.forEach(piece -> add(tokens, types, piece, NORMAL));
        if (userDefined) {
            USER_DEFINED_TOKENS.forEach(token -> add(tokens, types, token, USER_DEFINED));
        }
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = id % 7 - 3.5f;
        }
        Map<String, Metadata.Value> values = metadata("llama", null, tokens, types);
        values.put("tokenizer.ggml.scores", Metadata.NumberListValue.of(scores));
        values.put("tokenizer.ggml.unknown_token_id", new Metadata.IntegerValue(0));
        values.put("tokenizer.ggml.add_space_prefix", new Metadata.BooleanValue(spacePrefix));
        return Tokenizers.of(new Metadata("fuzz", values));
    }

    /** Byte-level BPE with the splitting rule {@code pre}. */
    static Tokenizer byteLevel(String pre, boolean userDefined) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(CONTROL, CONTROL, CONTROL));
        for (int value = 0; value < 256; value++) {
            add(tokens, types, spelling(value), NORMAL);
        }
        MERGES.forEach(merge -> add(tokens, types, merge.replace(" ", ""), NORMAL));
        if (userDefined) {
            USER_DEFINED_TOKENS.forEach(token -> add(tokens, types, token, USER_DEFINED));
        }
        Map<String, Metadata.Value> values = metadata("gpt2", pre, tokens, types);
        values.put("tokenizer.ggml.merges", new Metadata.TextListValue(StringTable.of(MERGES)));
        return Tokenizers.of(new Metadata("fuzz", values));
    }

    /** SentencePiece unigram: the same pieces with a score for each; with bytes, or with spaces merged. */
    static Tokenizer unigram(boolean bytes) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(UNKNOWN, CONTROL, CONTROL));
        PIECES.forEach(piece -> add(tokens, types, piece, NORMAL));
        for (int value = 0; bytes && value < 256; value++) {
            add(tokens, types, String.format("<0x%02X>", value), BYTE);
        }
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = -id % 7;
        }
        Map<String, Metadata.Value> values = metadata("t5", null, tokens, types);
        values.put("tokenizer.ggml.scores", Metadata.NumberListValue.of(scores));
        values.put("tokenizer.ggml.unknown_token_id", new Metadata.IntegerValue(0));
        values.put("tokenizer.ggml.remove_extra_whitespaces", new Metadata.BooleanValue(!bytes));
        return Tokenizers.of(new Metadata("fuzz", values));
    }

    /** BERT's WordPiece. */
    static Tokenizer wordPiece(boolean lowercase) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(CONTROL, CONTROL, CONTROL));
        PIECES.forEach(piece -> add(tokens, types, piece, NORMAL));
        Map<String, Metadata.Value> values = metadata("bert", null, tokens, types);
        values.put("tokenizer.ggml.unknown_token_id", new Metadata.IntegerValue(0));
        values.put("tokenizer.ggml.normalizer.lowercase", new Metadata.BooleanValue(lowercase));
        return Tokenizers.of(new Metadata("fuzz", values));
    }

    private static Map<String, Metadata.Value> metadata(String model, String pre, List<String> tokens, List<Integer> types) {
        Map<String, Metadata.Value> values = new HashMap<>();
        values.put("tokenizer.ggml.model", new Metadata.TextValue(model));
        if (pre != null) {
            values.put("tokenizer.ggml.pre", new Metadata.TextValue(pre));
        }
        values.put("tokenizer.ggml.tokens", new Metadata.TextListValue(StringTable.of(tokens)));
        values.put("tokenizer.ggml.token_type", Metadata.NumberListValue.of(ints(types)));
        values.put("tokenizer.ggml.bos_token_id", new Metadata.IntegerValue(1));
        values.put("tokenizer.ggml.eos_token_id", new Metadata.IntegerValue(2));
        values.put("tokenizer.ggml.add_bos_token", new Metadata.BooleanValue(true));
        values.put("tokenizer.ggml.add_eos_token", new Metadata.BooleanValue(true));
        return values;
    }

    private static void add(List<String> tokens, List<Integer> types, String token, int type) {
        tokens.add(token);
        types.add(type);
    }

    static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    /** GPT-2's spelling of a byte: printable Latin-1 stands for itself, the others for U+0100 and up, in their order. */
    static String spelling(int value) {
        int others = 0;
        for (int earlier = 0; earlier < value; earlier++) {
            others += isVisible(earlier) ? 0 : 1;
        }
        return Character.toString(isVisible(value) ? value : 0x100 + others);
    }

    private static boolean isVisible(int value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
    }
}
