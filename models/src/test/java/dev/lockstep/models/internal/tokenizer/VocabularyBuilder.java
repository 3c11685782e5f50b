package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.StringTable;
import dev.lockstep.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small vocabularies made by hand; fields may be spoiled before {@link #build()}. */
final class VocabularyBuilder {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    String model;
    String pre;
    final List<String> tokens = new ArrayList<>();
    final List<Float> scores = new ArrayList<>();
    final List<Integer> types = new ArrayList<>();
    final List<String> merges = new ArrayList<>();
    long bosId = -1;
    long eosId = -1;
    long eotId = -1;
    long eomId = -1;
    long unkId = -1;
    Boolean addBos;
    Boolean addEos;
    Boolean addSpacePrefix;
    boolean withoutScores;
    boolean withoutTypes;

    /** {@code general.architecture}, and {@code general.name}. */
    String architecture = "llama";
    String name = "test";

    /** Keys without "tokenizer.ggml.". */
    final Map<String, Metadata.Value> more = new LinkedHashMap<>();

    /** Whole keys. */
    private final Map<String, Metadata.Value> own = new LinkedHashMap<>();

    /** {@code <unk> <s> </s>} and the 256 bytes, as ids 0, 1, 2 and 3 to 258. */
    static VocabularyBuilder sentencePiece() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "llama";
        vocabulary.token("<unk>", UNKNOWN).token("<s>", CONTROL).token("</s>", CONTROL);
        for (int value = 0; value < 256; value++) {
            vocabulary.token(String.format("<0x%02X>", value), BYTE);
        }
        return vocabulary;
    }

    /** {@code [PAD] [UNK] [CLS] [SEP]} as ids 0 to 3. */
    static VocabularyBuilder wordPiece() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "bert";
        vocabulary.withoutScores = true;
        vocabulary.token("[PAD]", CONTROL).token("[UNK]", CONTROL).token("[CLS]", CONTROL).token("[SEP]", CONTROL);
        vocabulary.unkId = 1;
        vocabulary.more.put("cls_token_id", id(2L));
        vocabulary.more.put("seperator_token_id", id(3L));
        return vocabulary;
    }

    /** The 256 bytes as ids 0 to 255. */
    static VocabularyBuilder byteLevel() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "gpt2";
        vocabulary.withoutScores = true;
        for (int value = 0; value < 256; value++) {
            vocabulary.token(new String(ByteAlphabet.spelling(value), StandardCharsets.UTF_8), NORMAL);
        }
        return vocabulary;
    }

    VocabularyBuilder token(String text, int type) {
        tokens.add(text);
        scores.add(0f);
        types.add(type);
        return this;
    }

    VocabularyBuilder piece(String text, double score) {
        token(text, NORMAL);
        scores.set(scores.size() - 1, (float) score);
        return this;
    }

    /** A merge and the token it makes. */
    VocabularyBuilder merge(String line) {
        merges.add(line);
        return token(line.replace(" ", ""), NORMAL);
    }

    /** A key of Lockstep's own, without {@code lockstep.tokenizer.}. */
    void own(String key, Metadata.Value value) {
        own.put("lockstep.tokenizer." + key, value);
    }

    int id(String token) {
        return tokens.indexOf(token);
    }

    Metadata build() {
        Map<String, Metadata.Value> values = new LinkedHashMap<>();
        put(values, "model", model == null ? null : new Metadata.TextValue(model));
        put(values, "pre", pre == null ? null : new Metadata.TextValue(pre));
        put(values, "tokens", new Metadata.TextListValue(StringTable.of(tokens)));
        put(values, "scores", withoutScores ? null : Metadata.NumberListValue.of(scores()));
        put(values, "token_type", withoutTypes ? null
                : Metadata.NumberListValue.of(types.stream().mapToInt(Integer::intValue).toArray()));
        put(values, "merges", merges.isEmpty() ? null : new Metadata.TextListValue(StringTable.of(merges)));
        put(values, "bos_token_id", id(bosId));
        put(values, "eos_token_id", id(eosId));
        put(values, "eot_token_id", id(eotId));
        put(values, "eom_token_id", id(eomId));
        put(values, "unknown_token_id", id(unkId));
        put(values, "add_bos_token", flag(addBos));
        put(values, "add_eos_token", flag(addEos));
        put(values, "add_space_prefix", flag(addSpacePrefix));
        more.forEach((key, value) -> put(values, key, value));
        values.putAll(own);
        values.put("general.architecture", new Metadata.TextValue(architecture));
        values.put("general.name", new Metadata.TextValue(name));
        return new Metadata("test.gguf", values);
    }

    private float[] scores() {
        float[] array = new float[scores.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = scores.get(i);
        }
        return array;
    }

    private static Metadata.Value id(long id) {
        return id == -1 ? null : new Metadata.IntegerValue(id);
    }

    private static Metadata.Value flag(Boolean flag) {
        return flag == null ? null : new Metadata.BooleanValue(flag);
    }

    private static void put(Map<String, Metadata.Value> values, String key, Metadata.Value value) {
        if (value != null) {
            values.put("tokenizer.ggml." + key, value);
        }
    }

    Tokenizer tokenizer() {
        return Tokenizers.of(build());
    }

    /** The spellings of the tokens that {@code text} becomes, without special tokens. */
    List<String> split(String text) {
        Tokenizer tokenizer = tokenizer();
        List<String> pieces = new ArrayList<>();
        for (int id : Texts.encode(tokenizer, text)) {
            pieces.add(tokenizer.piece(id));
        }
        return pieces;
    }
}
