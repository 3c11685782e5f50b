package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.Set;

/**
 * One of {@code added_tokens}, or of {@code added_tokens_decoder}: matched literally, before anything else is done to a text.
 *
 * @param special whether only markup makes it
 * @param lstrip whether blanks before it belong to it
 * @param rstrip whether blanks after it belong to it
 */
record AddedToken(long id, String content, boolean special, boolean lstrip, boolean rstrip) {
    /**
     * Tokens of structure that their publishers do not call special (deepseek-coder, gemma, command-r). Converters to GGUF make most of
     * them control tokens, and so does this: else a user's text could write them.
     */
    private static final Set<String> STRUCTURE = Set.of("<pad>", "<mask>", "<2mass>", "[@BOS@]", "<start_of_turn>", "<end_of_turn>");

    static AddedToken read(StrictJson token, long id) {
        String content = token.text("content");
        Components.requireFlag(token, "single_word", false);
        boolean special = Components.flag(token, "special", false) || looksSpecial(content);
        return new AddedToken(id, content, special, Components.flag(token, "lstrip", false), Components.flag(token, "rstrip", false));
    }

    /** One of which only spelling and id are known. */
    static AddedToken plain(long id, String content) {
        return new AddedToken(id, content, looksSpecial(content), false, false);
    }

    private static boolean looksSpecial(String content) {
        return STRUCTURE.contains(content) || content.startsWith("<|") && content.endsWith("|>")
                || content.startsWith("<｜") && content.endsWith("｜>") || content.startsWith("<unused") && content.endsWith(">");
    }

    TokenKind kind() {
        return special ? TokenKind.CONTROL : TokenKind.USER_DEFINED;
    }
}
