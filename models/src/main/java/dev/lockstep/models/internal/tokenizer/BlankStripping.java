package dev.lockstep.models.internal.tokenizer;

import java.util.BitSet;
import java.util.Locale;
import java.util.Set;

/**
 * Which literally matched tokens swallow the blanks beside them.
 *
 * @param left ids of those that swallow the blanks before them; not written to
 * @param right ids of those that swallow the blanks after them
 */
record BlankStripping(BitSet left, BitSet right) {
    /** GGUF does not say it; llama.cpp knows it by the model's name, and so must this. */
    private static final Set<String> PHI3_NAMES = Set.of("phi-3", "phi3");
    private static final String PHI3_ARCHITECTURE = "phi3";

    /** Those of Phi 3 that keep the blanks after them. */
    private static final Set<String> PHI3_KEEPING = Set.of("<unk>", "<s>", "<|endoftext|>");

    static BlankStripping of(Vocabulary v, Pieces pieces) {
        BitSet right = v.ids(Vocabulary.RSTRIP_IDS);
        String name = v.text(Vocabulary.NAME).orElse("").toLowerCase(Locale.ROOT);
        boolean phi3 = v.text(Vocabulary.ARCHITECTURE).filter(PHI3_ARCHITECTURE::equals).isPresent();
        if (phi3 && PHI3_NAMES.stream().anyMatch(name::contains)) {
            addPhi3(pieces, right);
        }
        return new BlankStripping(v.ids(Vocabulary.LSTRIP_IDS), right);
    }

    private static void addPhi3(Pieces pieces, BitSet right) {
        for (int id = 0; id < pieces.size(); id++) {
            switch (pieces.type(id)) {
                case CONTROL, USER_DEFINED, UNKNOWN -> right.set(id, !PHI3_KEEPING.contains(pieces.spellings().text(id)));
                default -> { }
            }
        }
    }
}
