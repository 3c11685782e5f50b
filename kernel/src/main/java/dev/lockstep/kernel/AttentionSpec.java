package dev.lockstep.kernel;

/**
 * What kind of attention a layer has.
 *
 * @param heads query heads that share one key/value head, at least 1 (Ainslie et al. 2023)
 * @param scale factor on the scores, usually 1/sqrt(keyDim)
 * @param window how many positions a token sees, its own and the latest before it (Beltagy et al. 2020); {@link #UNLIMITED}
 *     for all
 * @param softCap bound on the scores: s becomes softCap · tanh(s / softCap) (Gemma 2, 2024); 0 for none
 */
public record AttentionSpec(int heads, float scale, int window, float softCap) {
    /** A window without an end. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public AttentionSpec {
        if (heads < 1 || window < 1 || !(softCap >= 0)) {
            throw new IllegalArgumentException("heads=" + heads + ", window=" + window + ", softCap=" + softCap);
        }
    }

    /** The usual kind: every token sees all positions up to its own. */
    public static AttentionSpec causal(int heads, int keyDim) {
        return new AttentionSpec(heads, (float) (1 / Math.sqrt(keyDim)), UNLIMITED, 0);
    }

    /** The first position that a token at {@code position} sees. */
    public int firstVisible(int position) {
        return Math.max(0, position - window + 1);
    }
}
