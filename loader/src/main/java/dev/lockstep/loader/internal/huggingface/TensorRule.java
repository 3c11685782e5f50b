package dev.lockstep.loader.internal.huggingface;

import java.util.List;

/**
 * What a tensor of a family is made of.
 *
 * @param ggufName with {@code {l}} for the number of the layer
 * @param stored names of what it is made of, one below the other, with {@code {l}} for the layer and {@code {e}} for each expert
 * @param form what is done with them
 */
record TensorRule(String ggufName, List<String> stored, Form form) {
    static final String LAYER = "{l}";
    static final String EXPERT = "{e}";

    /** What is done with what is stored. */
    enum Form {
        /** Nothing. */
        AS_STORED,
        /** Rows of rotated heads are put in the order that GGUF has for the family. */
        ROTATED,
        /** The matrix is stored as (input, output). */
        TRANSPOSED,
        /** The matrix is stored as (input, output), and its rows are those of rotated heads. */
        TRANSPOSED_ROTATED,
        /** One was subtracted from the weights. */
        PLUS_ONE,
        /** A matrix of one row is a vector. */
        AS_VECTOR,
        /** Each head has its queries, keys and values side by side. */
        QUERY_KEY_VALUE,
        /** Of each expert, the first half of the rows. */
        FIRST_HALVES,
        /** Of each expert, the second half of the rows. */
        SECOND_HALVES
    }

    static TensorRule of(String ggufName, String stored) {
        return of(ggufName, stored, Form.AS_STORED);
    }

    static TensorRule of(String ggufName, String stored, Form form) {
        return new TensorRule(ggufName, List.of(stored), form);
    }

    boolean isPerLayer() {
        return ggufName.contains(LAYER);
    }

    boolean isPerExpert() {
        return stored.getFirst().contains(EXPERT);
    }
}
