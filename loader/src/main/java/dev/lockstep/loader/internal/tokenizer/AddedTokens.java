package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import java.util.List;
import java.util.function.Predicate;

/** Puts added tokens into a vocabulary, over the pieces of the same ids. */
final class AddedTokens {
    private AddedTokens() { }

    static void apply(List<AddedToken> tokens, Vocabulary vocabulary) {
        for (AddedToken token : tokens) {
            String there = token.id() < vocabulary.size() ? vocabulary.spelling((int) token.id()) : null;
            if (there != null && !there.equals(token.content()) && !vocabulary.isRespelled((int) token.id())) {
                throw vocabulary.fault("the id " + token.id() + " is both " + Vocabulary.quoted(there) + " and "
                        + Vocabulary.quoted(token.content()));
            }
            boolean unknown = there != null && vocabulary.kind((int) token.id()) == TokenKind.UNKNOWN;
            vocabulary.put(token.id(), token.content(), unknown ? TokenKind.UNKNOWN : token.kind());
        }
        setIds(tokens, vocabulary, "lstrip_ids", AddedToken::lstrip);
        setIds(tokens, vocabulary, "rstrip_ids", AddedToken::rstrip);
    }

    private static void setIds(List<AddedToken> tokens, Vocabulary vocabulary, String key, Predicate<AddedToken> included) {
        int[] ids = tokens.stream().filter(included).mapToInt(token -> (int) token.id()).toArray();
        if (ids.length > 0) {
            vocabulary.setOwn(key, Metadata.NumberListValue.of(ids));
        }
    }
}
