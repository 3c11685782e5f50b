package dev.lockstep.loader.internal.translate;

/** Which row of a stored tensor is a row of the translated one. */
@FunctionalInterface
public interface RowOrder {
    /** The stored row of row {@code row}. */
    long stored(long row);

    /** Rows from another one on. */
    static RowOrder from(long first) {
        return row -> first + row;
    }

    /**
     * Rows of rotated heads. Where values {@code i} and {@code i + dim/2} of a head are rotated together, which is the order of Hugging
     * Face transformers (rotate_half), and {@code 2i} and {@code 2i + 1} are wanted (Su et al. 2021).
     *
     * @param headDim rows of a head
     * @param rotated how many of them, from the first, are rotated; the others stay where they are
     */
    static RowOrder adjacentPairs(long headDim, long rotated) {
        return row -> {
            long within = row % headDim;
            return within < rotated ? row - within + within % 2 * (rotated / 2) + within / 2 : row;
        };
    }

    /**
     * Queries, keys and values of all heads, one after the other, where each head has its own three side by side (GPT-NeoX).
     *
     * @param heads number of heads
     * @param headDim rows of a head's queries, which has as many keys and values
     */
    static RowOrder queriesKeysValues(long heads, long headDim) {
        return row -> {
            long kind = row / (heads * headDim);
            long head = row / headDim % heads;
            return (head * 3 + kind) * headDim + row % headDim;
        };
    }
}
