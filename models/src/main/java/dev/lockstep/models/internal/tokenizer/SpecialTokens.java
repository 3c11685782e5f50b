package dev.lockstep.models.internal.tokenizer;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tokens with a role, checked to be in the vocabulary, and when they are added. -1 where the model has none.
 *
 * @param begin begin of text
 * @param end end of text
 * @param stops all tokens that end generation: end of text, end of turn, end of message; not written to
 * @param unknown for text that cannot be spelled
 */
record SpecialTokens(int begin, int end, BitSet stops, int unknown, boolean addBegin, boolean addEnd) {
    static final int NONE = -1;

    /**
     * Ids that a SentencePiece vocabulary has where metadata is silent, by convention (and in llama.cpp). They are
     * believed only if the token types agree.
     */
    private static final int USUAL_UNKNOWN = 0;
    private static final int USUAL_BEGIN = 1;
    private static final int USUAL_END = 2;

    /** Likewise those of T5's vocabulary. */
    private static final int USUAL_T5_END = 1;
    private static final int USUAL_T5_UNKNOWN = 2;

    /** Likewise those of BERT's own vocabulary. */
    private static final int USUAL_BERT_UNKNOWN = 100;
    private static final int USUAL_BERT_BEGIN = 101;
    private static final int USUAL_BERT_END = 102;

    /**
     * Control tokens that end an answer, by their spelling: many files name one of two such tokens, or none. From llama.cpp's list, without
     * those of code completion.
     */
    private static final Set<String> USUAL_STOPS = Set.of("<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>",
            "<|calls|>", "<end_of_turn>", "<|endoftext|>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "<|end_of_text|>",
            "<end_of_utterance>", "<｜end▁of▁sentence｜>");

    /** OpenAI's harmony ends a part of an answer with this one, and the answer with one of those. */
    private static final String END_OF_PART = "<|end|>";
    private static final Set<String> ENDS_OF_ANSWER = Set.of("<|return|>", "<|call|>");

    /** Texts begin with the begin token unless metadata denies it, or there is none. */
    static SpecialTokens ofSentencePiece(Vocabulary v) {
        int begin = orUsual(v, v.id(Vocabulary.BOS), USUAL_BEGIN, TokenType.CONTROL);
        int end = orUsual(v, v.id(Vocabulary.EOS), USUAL_END, TokenType.CONTROL);
        int unknown = orUsual(v, v.id(Vocabulary.UNKNOWN), USUAL_UNKNOWN, TokenType.UNKNOWN);
        return of(v, begin, end, unknown, begin != NONE);
    }

    /** Nothing is added unless metadata or the pre-tokenizer's custom asks for it. */
    static SpecialTokens ofByteLevel(Vocabulary v, boolean usuallyAddBegin) {
        int begin = v.id(Vocabulary.BOS);
        return of(v, begin, v.id(Vocabulary.EOS), v.id(Vocabulary.UNKNOWN), usuallyAddBegin && begin != NONE);
    }

    /** Texts end with the end token unless metadata denies it, or there is none; nothing is put before them. */
    static SpecialTokens ofUnigram(Vocabulary v) {
        int begin = v.id(Vocabulary.BOS);
        int end = orUsual(v, v.id(Vocabulary.EOS), USUAL_T5_END, TokenType.CONTROL);
        int unknown = orUsual(v, v.id(Vocabulary.UNKNOWN), USUAL_T5_UNKNOWN, TokenType.UNKNOWN);
        return new SpecialTokens(begin, end, stops(v, end), unknown, adds(v, Vocabulary.ADD_BOS, Vocabulary.BOS, begin, false),
                adds(v, Vocabulary.ADD_EOS, Vocabulary.EOS, end, end != NONE));
    }

    /** A text stands between [CLS] and [SEP], which files call by these names or by those of begin and end. */
    static SpecialTokens ofWordPiece(Vocabulary v) {
        int begin = orUsual(v, v.id(Vocabulary.BOS) == NONE ? v.id(Vocabulary.CLS) : v.id(Vocabulary.BOS), USUAL_BERT_BEGIN,
                TokenType.CONTROL);
        int end = orUsual(v, v.id(Vocabulary.SEPARATOR) == NONE ? v.id(Vocabulary.EOS) : v.id(Vocabulary.SEPARATOR), USUAL_BERT_END,
                TokenType.CONTROL);
        int unknown = orUsual(v, v.id(Vocabulary.UNKNOWN), USUAL_BERT_UNKNOWN, TokenType.CONTROL);
        return new SpecialTokens(begin, end, stops(v, end), unknown, adds(v, Vocabulary.ADD_BOS, Vocabulary.BOS, begin, begin != NONE),
                adds(v, Vocabulary.ADD_SEPARATOR, Vocabulary.SEPARATOR, end, end != NONE));
    }

    private static SpecialTokens of(Vocabulary v, int begin, int end, int unknown, boolean usuallyAddBegin) {
        return new SpecialTokens(begin, end, stops(v, end), unknown,
                adds(v, Vocabulary.ADD_BOS, Vocabulary.BOS, begin, usuallyAddBegin),
                adds(v, Vocabulary.ADD_EOS, Vocabulary.EOS, end, false));
    }

    private static boolean adds(Vocabulary v, String key, String idKey, int id, boolean usually) {
        boolean adds = v.flag(key).orElse(usually);
        if (adds && id == NONE) {
            throw v.fault(key, "is true but " + idKey + " is missing");
        }
        return adds;
    }

    private static BitSet stops(Vocabulary v, int end) {
        BitSet stops = v.ids(Vocabulary.STOP_IDS);
        addUsualStops(v, stops);
        for (int id : new int[] {end, v.id(Vocabulary.EOT), v.id(Vocabulary.EOM)}) {
            if (id != NONE) {
                stops.set(id);
            }
        }
        return stops;
    }

    private static void addUsualStops(Vocabulary v, BitSet stops) {
        Map<String, Integer> found = new HashMap<>();
        for (int id = 0; id < v.tokens().size(); id++) {
            if (v.hasType(id, TokenType.CONTROL) || v.hasType(id, TokenType.USER_DEFINED)) {
                String spelling = v.tokens().text(id);
                if (USUAL_STOPS.contains(spelling)) {
                    found.putIfAbsent(spelling, id);
                }
            }
        }
        if (found.keySet().containsAll(ENDS_OF_ANSWER)) {
            found.remove(END_OF_PART);
        }
        found.values().forEach(stops::set);
    }

    private static int orUsual(Vocabulary v, int id, int usual, TokenType type) {
        return id == NONE && v.hasType(usual, type) ? usual : id;
    }

    /** True for the tokens that begin or end something: whatever the file calls their type, text must not make them. */
    boolean isBoundary(int id) {
        return id == begin || endsGeneration(id);
    }

    boolean endsGeneration(int id) {
        return id >= 0 && stops.get(id);
    }
}
