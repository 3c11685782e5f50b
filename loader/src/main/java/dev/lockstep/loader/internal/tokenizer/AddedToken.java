package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.StructureTokens;
import dev.lockstep.loader.internal.json.StrictJson;

/**
 * One of {@code added_tokens}, or of {@code added_tokens_decoder}: matched literally, before anything else is done to a text.
 *
 * @param special whether only markup makes it
 * @param lstrip whether blanks before it belong to it
 * @param rstrip whether blanks after it belong to it
 */
record AddedToken(long id, String content, boolean special, boolean lstrip, boolean rstrip) {
    static AddedToken read(StrictJson token, long id) {
        String content = token.text("content");
        Components.requireFlag(token, "single_word", false);
        boolean special = Components.flag(token, "special", false) || StructureTokens.include(content);
        return new AddedToken(id, content, special, Components.flag(token, "lstrip", false), Components.flag(token, "rstrip", false));
    }

    /** One of which only spelling and id are known. */
    static AddedToken plain(long id, String content) {
        return new AddedToken(id, content, StructureTokens.include(content), false, false);
    }

    TokenKind kind() {
        return special ? TokenKind.CONTROL : TokenKind.USER_DEFINED;
    }
}
