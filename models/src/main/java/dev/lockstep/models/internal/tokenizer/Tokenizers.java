package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.models.Tokenizer;

/** Makes the tokenizer that a checkpoint's metadata asks for; no tensor is needed. */
public final class Tokenizers {
    private Tokenizers() { }

    /**
     * Checks a vocabulary and makes its tokenizer.
     *
     * @throws dev.lockstep.loader.ModelFormatException if the kind of tokenizer is not supported or the vocabulary
     *     contradicts itself; the subject is the metadata key concerned
     */
    public static Tokenizer of(Metadata metadata) {
        String model = metadata.text(Vocabulary.MODEL)
                .orElseThrow(() -> metadata.malformed(Vocabulary.MODEL, "is missing; " + supported()));
        return switch (model) {
            case "llama" -> SentencePieceTokenizer.of(new Vocabulary(metadata));
            case "gpt2" -> ByteLevelTokenizer.of(new Vocabulary(metadata));
            case "t5" -> UnigramTokenizer.of(new Vocabulary(metadata));
            case "bert" -> WordPieceTokenizer.of(new Vocabulary(metadata));
            case "no_vocab" -> NoVocabulary.of(metadata);
            default -> throw metadata.malformed(Vocabulary.MODEL,
                    "tokenizer " + Vocabulary.quoted(model) + " is not supported; " + supported());
        };
    }

    private static String supported() {
        return "supported are llama (SentencePiece BPE), t5 (SentencePiece unigram), gpt2 (byte-level BPE) and bert (WordPiece)";
    }
}
