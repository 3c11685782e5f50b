package dev.lockstep.models.internal.tokenizer;

/**
 * The tokens with a role, checked to be in the vocabulary, and when they are added. -1 where the model has none.
 *
 * @param begin begin of text
 * @param end end of text
 * @param endOfTurn a second token that ends generation
 * @param endOfMessage a third one
 * @param unknown for text that cannot be spelled
 */
record SpecialTokens(int begin, int end, int endOfTurn, int endOfMessage, int unknown, boolean addBegin,
        boolean addEnd) {
    static final int NONE = -1;

    /**
     * Ids that a SentencePiece vocabulary has where metadata is silent, by convention (and in llama.cpp). They are
     * believed only if the token types agree.
     */
    private static final int USUAL_UNKNOWN = 0;
    private static final int USUAL_BEGIN = 1;
    private static final int USUAL_END = 2;

    /** Texts begin with the begin token unless metadata denies it, or there is none. */
    static SpecialTokens ofSentencePiece(Vocabulary v) {
        int begin = orUsual(v, id(v, Vocabulary.BOS, v.bosId()), USUAL_BEGIN, TokenType.CONTROL);
        int end = orUsual(v, id(v, Vocabulary.EOS, v.eosId()), USUAL_END, TokenType.CONTROL);
        int unknown = orUsual(v, id(v, Vocabulary.UNKNOWN, v.unkId()), USUAL_UNKNOWN, TokenType.UNKNOWN);
        return of(v, begin, end, unknown, begin != NONE);
    }

    /** Nothing is added unless metadata or the pre-tokenizer's custom asks for it. */
    static SpecialTokens ofByteLevel(Vocabulary v, boolean usuallyAddBegin) {
        int begin = id(v, Vocabulary.BOS, v.bosId());
        return of(v, begin, id(v, Vocabulary.EOS, v.eosId()), id(v, Vocabulary.UNKNOWN, v.unkId()),
                usuallyAddBegin && begin != NONE);
    }

    private static SpecialTokens of(Vocabulary v, int begin, int end, int unknown, boolean usuallyAddBegin) {
        boolean addBegin = v.addBos() == null ? usuallyAddBegin : v.addBos();
        boolean addEnd = v.addEos() != null && v.addEos();
        if (addBegin && begin == NONE) {
            throw v.fault(Vocabulary.ADD_BOS, "is true but " + Vocabulary.BOS + " is missing");
        }
        if (addEnd && end == NONE) {
            throw v.fault(Vocabulary.ADD_EOS, "is true but " + Vocabulary.EOS + " is missing");
        }
        return new SpecialTokens(begin, end, id(v, Vocabulary.EOT, v.eotId()), id(v, Vocabulary.EOM, v.eomId()),
                unknown, addBegin, addEnd);
    }

    private static int id(Vocabulary v, String key, long id) {
        if (id < NONE || id >= v.tokens().size()) {
            throw v.fault(key, "id=" + id + " is not in the vocabulary of " + v.tokens().size() + " tokens");
        }
        return (int) id;
    }

    private static int orUsual(Vocabulary v, int id, int usual, TokenType type) {
        boolean plausible = v.tokenTypes() != null && usual < v.tokenTypes().length
                && TokenType.of(v.tokenTypes()[usual]) == type;
        return id == NONE && plausible ? usual : id;
    }

    /** True for the tokens that begin or end something: whatever the file calls their type, text must not make them. */
    boolean isBoundary(int id) {
        return id == begin || endsGeneration(id);
    }

    boolean endsGeneration(int id) {
        return id >= 0 && (id == end || id == endOfTurn || id == endOfMessage);
    }
}
