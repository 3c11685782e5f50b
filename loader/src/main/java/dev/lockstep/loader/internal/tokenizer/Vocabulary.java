package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A vocabulary on its way from a foreign file to GGUF's keys: tokens by id, in any order, and settings. Ids that no token took until
 * the end are padding. For one reader.
 */
final class Vocabulary {
    private static final String PREFIX = "tokenizer.ggml.";

    /** For what GGUF has no key for. */
    private static final String OWN_PREFIX = "lockstep.tokenizer.";

    /** The score of padding, as converters write it: lower than any real one. */
    private static final float PADDING_SCORE = -1000f;

    private static final int SMALLEST_CAPACITY = 256;

    /** The longest stretch of a name that a message repeats, in characters. */
    private static final int QUOTED_CHARS = 60;

    private final String file;
    private final int vocabSize;
    private String[] spellings = new String[SMALLEST_CAPACITY];
    private TokenKind[] kinds = new TokenKind[SMALLEST_CAPACITY];
    private float[] scores = new float[SMALLEST_CAPACITY];
    private final Map<String, Integer> ids = new HashMap<>();
    private int size;
    private final BitSet respelled = new BitSet();
    private boolean scored;
    private final Map<String, Metadata.Value> settings = new LinkedHashMap<>();

    /**
     * @param file what it is read from, for messages
     * @param vocabSize rows of the embedding: no id is higher
     */
    Vocabulary(String file, int vocabSize) {
        this.file = file;
        this.vocabSize = vocabSize;
    }

    /** Adds or replaces the token {@code id}. */
    void put(long id, String spelling, TokenKind kind) {
        if (id < 0 || id >= vocabSize) {
            throw fault("token " + quoted(spelling) + " has the id " + id + ", but the embedding has " + vocabSize + " rows");
        }
        int index = (int) id;
        if (index >= spellings.length) {
            int capacity = Math.max(index + 1, (int) Math.min(vocabSize, 2L * spellings.length));
            spellings = Arrays.copyOf(spellings, capacity);
            kinds = Arrays.copyOf(kinds, capacity);
            scores = Arrays.copyOf(scores, capacity);
        }
        spellings[index] = spelling;
        kinds[index] = kind;
        ids.putIfAbsent(spelling, index);
        size = Math.max(size, index + 1);
    }

    /** Adds a token that must be new in id and spelling. */
    void putNew(long id, String spelling, TokenKind kind) {
        if (id >= 0 && id < size && spellings[(int) id] != null) {
            throw fault("the id " + id + " is both " + quoted(spellings[(int) id]) + " and " + quoted(spelling));
        }
        put(id, spelling, kind);
    }

    /** Gives token {@code id} a score; then all have one, 0 where none is given. */
    void score(int id, float score) {
        scored = true;
        scores[id] = score;
    }

    /** Another spelling of a token, which is still found by the one it had. */
    void respell(int id, String spelling) {
        spellings[id] = spelling;
        respelled.set(id);
    }

    boolean isRespelled(int id) {
        return respelled.get(id);
    }

    void setKind(int id, TokenKind kind) {
        kinds[id] = kind;
    }

    /** One past the highest id. */
    int size() {
        return size;
    }

    /** The spelling of token {@code id}, or null if no token has it. */
    String spelling(int id) {
        return id >= 0 && id < size ? spellings[id] : null;
    }

    TokenKind kind(int id) {
        return kinds[id];
    }

    OptionalInt id(String spelling) {
        Integer id = ids.get(spelling);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The id of a token that must be there. */
    int requireId(String spelling, String role) {
        return id(spelling).orElseThrow(() -> fault(role + " " + quoted(spelling) + " is not in the vocabulary"));
    }

    /** A setting under GGUF's name, without {@code tokenizer.ggml.}. */
    void set(String name, Metadata.Value value) {
        settings.put(PREFIX + name, value);
    }

    void set(String name, boolean flag) {
        set(name, new Metadata.BooleanValue(flag));
    }

    void set(String name, String text) {
        set(name, new Metadata.TextValue(text));
    }

    /** A setting that only Lockstep knows. */
    void setOwn(String name, Metadata.Value value) {
        settings.put(OWN_PREFIX + name, value);
    }

    void setOwn(String name, boolean flag) {
        setOwn(name, new Metadata.BooleanValue(flag));
    }

    void setOwn(String name, String text) {
        setOwn(name, new Metadata.TextValue(text));
    }

    void setId(String name, int id) {
        set(name, new Metadata.IntegerValue(id));
    }

    /** True if the setting is there already. */
    boolean has(String name) {
        return settings.containsKey(PREFIX + name);
    }

    /** True if {@code tokenizer.ggml.model} was set to {@code model}. */
    boolean isOfModel(String model) {
        return settings.get(PREFIX + "model") instanceof Metadata.TextValue(String set) && set.equals(model);
    }

    /** An id that was set. */
    OptionalInt settingId(String name) {
        return settings.get(PREFIX + name) instanceof Metadata.IntegerValue id ? OptionalInt.of((int) id.value()) : OptionalInt.empty();
    }

    /** All keys, with padding for the ids that no token has. */
    Map<String, Metadata.Value> metadata() {
        var tokens = new TextTable();
        int[] types = new int[vocabSize];
        float[] allScores = new float[vocabSize];
        for (int id = 0; id < vocabSize; id++) {
            boolean padding = spelling(id) == null;
            String spelling = padding ? "[PAD" + id + "]" : spellings[id];
            if (!tokens.add(spelling)) {
                throw fault("token " + id + " is half of a character");
            }
            types[id] = (padding ? TokenKind.UNUSED : kinds[id]).number;
            allScores[id] = padding ? PADDING_SCORE : scores[id];
        }
        Map<String, Metadata.Value> values = new LinkedHashMap<>(settings);
        values.put(PREFIX + "tokens", new Metadata.TextListValue(tokens.toTable()));
        values.put(PREFIX + "token_type", Metadata.NumberListValue.of(types));
        if (scored) {
            values.put(PREFIX + "scores", Metadata.NumberListValue.of(allScores));
        }
        return values;
    }

    void setMerges(StringTable merges) {
        set("merges", new Metadata.TextListValue(merges));
    }

    ModelFormatException fault(String problem) {
        return new ModelFormatException(file, ModelFormatException.NO_OFFSET, "", problem);
    }

    /** A name of the file in a message; the exception makes it printable. */
    static String quoted(String text) {
        return '"' + (text.length() > QUOTED_CHARS ? text.substring(0, QUOTED_CHARS) + "…" : text) + '"';
    }
}
