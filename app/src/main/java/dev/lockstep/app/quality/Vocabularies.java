package dev.lockstep.app.quality;

import dev.lockstep.models.Tokenizer;
import java.util.Optional;

/** Whether two models mean the same by a token. */
public final class Vocabularies {
    private Vocabularies() {
    }

    /** The first difference, as half a sentence; what it quotes comes from model files. */
    public static Optional<String> difference(Tokenizer one, Tokenizer other) {
        if (one.vocabularySize() != other.vocabularySize()) {
            return Optional.of("their vocabularies have " + one.vocabularySize() + " and " + other.vocabularySize() + " tokens");
        }
        for (int id = 0; id < one.vocabularySize(); id++) {
            if (!one.piece(id).equals(other.piece(id))) {
                return Optional.of("token " + id + " is \"" + one.piece(id) + "\" for one and \"" + other.piece(id) + "\" for the other");
            }
        }
        return Optional.empty();
    }
}
