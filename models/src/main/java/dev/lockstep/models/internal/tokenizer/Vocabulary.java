package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/**
 * What a checkpoint's metadata says about its tokenizer: tokens and types, whose numbers agree, and typed access to the rest, of
 * which each kind of tokenizer asks for what it needs. Borrows the metadata's tables; nobody writes to its arrays.
 */
final class Vocabulary {
    private static final String PREFIX = "tokenizer.ggml.";
    static final String ARCHITECTURE = "general.architecture";
    static final String NAME = "general.name";
    static final String MODEL = PREFIX + "model";
    static final String PRE = PREFIX + "pre";
    static final String TOKENS = PREFIX + "tokens";
    static final String SCORES = PREFIX + "scores";
    static final String TOKEN_TYPE = PREFIX + "token_type";
    static final String MERGES = PREFIX + "merges";
    static final String BOS = PREFIX + "bos_token_id";
    static final String EOS = PREFIX + "eos_token_id";
    static final String EOT = PREFIX + "eot_token_id";
    static final String EOM = PREFIX + "eom_token_id";
    static final String UNKNOWN = PREFIX + "unknown_token_id";
    static final String CLS = PREFIX + "cls_token_id";
    /** Spelled so in GGUF. */
    static final String SEPARATOR = PREFIX + "seperator_token_id";
    static final String ADD_BOS = PREFIX + "add_bos_token";
    static final String ADD_EOS = PREFIX + "add_eos_token";
    static final String ADD_SEPARATOR = PREFIX + "add_sep_token";
    static final String ADD_SPACE_PREFIX = PREFIX + "add_space_prefix";
    static final String REMOVE_EXTRA_WHITESPACES = PREFIX + "remove_extra_whitespaces";
    static final String CHARS_MAP = PREFIX + "precompiled_charsmap";
    static final String LOWERCASE = PREFIX + "normalizer.lowercase";
    static final String STRIP_ACCENTS = PREFIX + "normalizer.strip_accents";

    /** What GGUF has no key for; files that Lockstep translated have it, see docs/formats/tokenizers.md. */
    private static final String OWN_PREFIX = "lockstep.tokenizer.";
    static final String IGNORE_MERGES = OWN_PREFIX + "ignore_merges";
    static final String SPACE_PREFIX = OWN_PREFIX + "space_prefix";
    static final String NORMALIZER = OWN_PREFIX + "normalizer";
    static final String STOP_IDS = OWN_PREFIX + "stop_ids";
    static final String LSTRIP_IDS = OWN_PREFIX + "lstrip_ids";
    static final String RSTRIP_IDS = OWN_PREFIX + "rstrip_ids";

    /** The longest stretch of a hostile name that a message repeats, in characters. */
    private static final int QUOTED_CHARS = 40;

    private final Metadata metadata;
    private final StringTable tokens;
    private final int[] tokenTypes;

    /** Throws {@link ModelFormatException} if there are no tokens, too many, or not one type for each. */
    Vocabulary(Metadata metadata) {
        this.metadata = metadata;
        this.tokens = metadata.texts(TOKENS).orElseThrow(() -> fault(TOKENS, "is missing"));
        if (tokens.size() == 0) {
            throw fault(TOKENS, "is empty");
        }
        if (tokens.size() > LoadLimits.MAX_VOCABULARY) {
            throw fault(TOKENS, tokens.size() + " tokens are more than " + LoadLimits.MAX_VOCABULARY);
        }
        requireOnePerToken(TOKEN_TYPE);
        requireOnePerToken(SCORES);
        this.tokenTypes = metadata.integers(TOKEN_TYPE).orElse(null);
    }

    /** Before they are copied: a list of single bytes grows by four. */
    private void requireOnePerToken(String key) {
        if (metadata.get(key).orElse(null) instanceof Metadata.NumberListValue(var list) && list.size() != tokens.size()) {
            throw fault(key, "has " + list.size() + " entries for " + tokens.size() + " tokens");
        }
    }

    Optional<String> text(String key) {
        return metadata.text(key);
    }

    Optional<Boolean> flag(String key) {
        return metadata.bool(key);
    }

    /** The spelling of every token; its index is the token's id. */
    StringTable tokens() {
        return tokens;
    }

    /** One per token, see {@link TokenType}; or null. */
    int[] tokenTypes() {
        return tokenTypes;
    }

    /** A fresh array of one score per token, all finite; throws {@link ModelFormatException} if there are none, for {@code reason}. */
    float[] scores(String reason) {
        float[] scores = metadata.floats(SCORES).orElseThrow(() -> fault(SCORES, "is missing; " + reason));
        for (int id = 0; id < scores.length; id++) {
            if (!Float.isFinite(scores[id])) {
                throw fault(SCORES, "token " + id + " has the score " + scores[id]);
            }
        }
        return scores;
    }

    /** The list of numbers under {@code key}, or null. */
    Metadata.NumberList numbers(String key) {
        return switch (metadata.get(key).orElse(null)) {
            case null -> null;
            case Metadata.NumberListValue(var list) when list.isInteger() -> list;
            case Metadata.Value other -> throw fault(key, "is of type " + other.typeName() + ", expected array of integers");
        };
    }

    /** Pairs "left right", the best first; empty if there are none. */
    StringTable merges() {
        return metadata.texts(MERGES).orElse(StringTable.EMPTY);
    }

    /** The token id under {@code key}, or {@link SpecialTokens#NONE}; throws {@link ModelFormatException} if there is no such token. */
    int id(String key) {
        long id = metadata.integer(key).orElse((long) SpecialTokens.NONE);
        if (id < SpecialTokens.NONE || id >= tokens.size()) {
            throw fault(key, "id=" + id + " is not in the vocabulary of " + tokens.size() + " tokens");
        }
        return (int) id;
    }

    /** The token ids in the list under {@code key}, none if it is absent; throws {@link ModelFormatException} if one is no token. */
    BitSet ids(String key) {
        var ids = new BitSet();
        for (int id : metadata.integers(key).orElse(new int[0])) {
            if (id < 0 || id >= tokens.size()) {
                throw fault(key, "id=" + id + " is not in the vocabulary of " + tokens.size() + " tokens");
            }
            ids.set(id);
        }
        return ids;
    }

    /** True if there are types and that of {@code id} is {@code type}. */
    boolean hasType(int id, TokenType type) {
        return tokenTypes != null && id < tokenTypes.length && TokenType.of(tokenTypes[id]) == type;
    }

    /** The exception for a fault at metadata {@code key}. */
    ModelFormatException fault(String key, String problem) {
        return metadata.malformed(key, problem);
    }

    /** Text from the file, made safe for a message: short, and nothing in it that moves a cursor. */
    static String quoted(String text) {
        var safe = new StringBuilder("\"");
        text.codePoints().limit(QUOTED_CHARS).forEach(c -> safe.append(isPrintable(c) ? Character.toString(c)
                : String.format(Locale.ROOT, "\\u%04x", c)));
        return safe.append(text.codePointCount(0, text.length()) > QUOTED_CHARS ? "…\"" : "\"").toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
