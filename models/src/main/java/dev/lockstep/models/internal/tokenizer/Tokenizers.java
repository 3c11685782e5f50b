package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.models.Tokenizer;

/** Makes the tokenizer that a vocabulary asks for. */
public final class Tokenizers {
    private Tokenizers() { }

    /**
     * Checks a vocabulary and makes its tokenizer.
     *
     * @throws dev.lockstep.loader.ModelFormatException if the kind of tokenizer is not supported or the vocabulary
     *     contradicts itself; the subject is the metadata key concerned
     */
    public static Tokenizer of(Vocabulary vocabulary) {
        String model = vocabulary.model();
        if (model == null) {
            throw vocabulary.fault(Vocabulary.MODEL, "is missing; " + supported());
        }
        return switch (model) {
            case "llama" -> SentencePieceTokenizer.of(vocabulary);
            case "gpt2" -> ByteLevelTokenizer.of(vocabulary);
            default -> throw vocabulary.fault(Vocabulary.MODEL,
                    "tokenizer " + Vocabulary.quoted(model) + " is not supported; " + supported());
        };
    }

    private static String supported() {
        return "supported are llama (SentencePiece BPE) and gpt2 (byte-level BPE)";
    }
}
