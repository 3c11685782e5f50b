package dev.lockstep.loader.internal.tokenizer;

/** BERT's vocabularies: GGUF marks the pieces that begin a word, everybody else those that do not. */
final class WordPieceVocabulary {
    /** {@code tokenizer.ggml.model}. */
    static final String MODEL = "bert";

    static final String CONTINUATION = "##";

    /** Longer words are unknown, in characters; what all known files say. */
    static final int MAX_WORD = 100;

    private static final String WORD_MARK = "\u2581";

    private WordPieceVocabulary() { }

    /** Files that only list tokens call them by BERT's names. */
    static void setUsualRoles(Vocabulary vocabulary) {
        vocabulary.id("[UNK]").ifPresent(id -> setRole(vocabulary, "unknown_token_id", id));
        vocabulary.id("[CLS]").ifPresent(id -> setRole(vocabulary, "cls_token_id", id));
        vocabulary.id("[SEP]").ifPresent(id -> setRole(vocabulary, "seperator_token_id", id));
        vocabulary.id("[PAD]").ifPresent(id -> setRole(vocabulary, "padding_token_id", id));
        vocabulary.id("[MASK]").ifPresent(id -> setRole(vocabulary, "mask_token_id", id));
    }

    private static void setRole(Vocabulary vocabulary, String key, int id) {
        vocabulary.setId(key, id);
        vocabulary.setKind(id, TokenKind.CONTROL);
    }

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
        vocabulary.set("model", MODEL);
        vocabulary.set("normalizer.lowercase", lowercase);
        vocabulary.set("normalizer.strip_accents", stripAccents);
    }
}
