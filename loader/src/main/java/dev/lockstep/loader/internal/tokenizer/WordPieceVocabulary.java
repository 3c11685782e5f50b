package dev.lockstep.loader.internal.tokenizer;

/** BERT's vocabularies: GGUF marks the pieces that begin a word, everybody else those that do not. */
final class WordPieceVocabulary {
    static final String CONTINUATION = "##";

    /** Longer words are unknown, in characters; what all known files say. */
    static final int MAX_WORD = 100;

    private static final String WORD_MARK = "\u2581";

    private WordPieceVocabulary() { }

    static void translate(Vocabulary vocabulary, boolean lowercase, boolean stripAccents) {
        for (int id = 0; id < vocabulary.size(); id++) {
            String piece = vocabulary.spelling(id);
            if (piece == null) {
                continue;
            }
            if (piece.startsWith(CONTINUATION)) {
                vocabulary.respell(id, piece.substring(CONTINUATION.length()));
            } else if (!(piece.startsWith("[") && piece.endsWith("]"))) {
                vocabulary.respell(id, WORD_MARK + piece);
            }
        }
        vocabulary.set("model", "bert");
        vocabulary.set("normalizer.lowercase", lowercase);
        vocabulary.set("normalizer.strip_accents", stripAccents);
    }
}
