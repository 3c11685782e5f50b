package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import java.util.Locale;

/**
 * What a model file says about its tokenizer, unchecked: {@link Tokenizers#of} checks it. Borrows its arrays; nobody
 * writes to them afterwards.
 *
 * @param file name of the file, for messages
 * @param model {@code tokenizer.ggml.model}
 * @param pre {@code tokenizer.ggml.pre}, or null
 * @param tokens the spelling of every token; its index is the token's id
 * @param scores one per token, higher merges first; or null
 * @param tokenTypes one per token, see {@link TokenType}; or null
 * @param merges pairs "left right", the best first; or null
 * @param bosId begin of text; -1 = absent, as for all ids. They are longs since a file may say 2<sup>31</sup>
 * @param eosId end of text
 * @param eotId end of turn
 * @param eomId end of message
 * @param unkId unknown
 * @param addBos whether texts begin with {@code bosId}, or null
 * @param addEos whether texts end with {@code eosId}, or null
 * @param addSpacePrefix whether a space is put before a text, or null
 */
public record Vocabulary(String file, String model, String pre, StringTable tokens, float[] scores, int[] tokenTypes,
        StringTable merges, long bosId, long eosId, long eotId, long eomId, long unkId, Boolean addBos, Boolean addEos,
        Boolean addSpacePrefix) {
    static final String MODEL = "tokenizer.ggml.model";
    static final String PRE = "tokenizer.ggml.pre";
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String SCORES = "tokenizer.ggml.scores";
    static final String TOKEN_TYPE = "tokenizer.ggml.token_type";
    static final String MERGES = "tokenizer.ggml.merges";
    static final String BOS = "tokenizer.ggml.bos_token_id";
    static final String EOS = "tokenizer.ggml.eos_token_id";
    static final String EOT = "tokenizer.ggml.eot_token_id";
    static final String EOM = "tokenizer.ggml.eom_token_id";
    static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";
    static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    static final String ADD_EOS = "tokenizer.ggml.add_eos_token";

    /** The longest stretch of a hostile name that a message repeats, in characters. */
    private static final int QUOTED_CHARS = 40;

    public Vocabulary {
        merges = merges == null ? StringTable.EMPTY : merges;
    }

    /** The exception for a fault at metadata {@code key}. */
    ModelFormatException fault(String key, String problem) {
        return new ModelFormatException(file, ModelFormatException.NO_OFFSET, key, problem);
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
