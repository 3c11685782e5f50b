package dev.lockstep.kernel;

/**
 * What kind of attention a layer has.
 *
 * @param heads query heads that share one key/value head, at least 1 (Ainslie et al. 2023)
 * @param scale factor on the scores, usually 1/sqrt(keyDim)
 * @param window how many positions a token sees, its own and the latest before it (Beltagy et al. 2020); {@link #UNLIMITED}
 *     for all
 * @param softCap bound on the scores: s becomes softCap · tanh(s / softCap) (Gemma 2, 2024); 0 for none
 * @param seenByAll positions, from the first one on, that every token sees even if they are later than its own (Devlin et al. 2019); 0
 *     if no token sees a later one
 */
public record AttentionSpec(int heads, float scale, int window, float softCap, int seenByAll) {
    /** A window without an end. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public AttentionSpec {
        if (heads < 1 || window < 1 || !(softCap >= 0) || seenByAll < 0) {
            throw new IllegalArgumentException("heads=" + heads + ", window=" + window + ", softCap=" + softCap + ", seenByAll=" + seenByAll);
        }
    }

    /** Causal attention: no token sees a later position than its own. */
    public AttentionSpec(int heads, float scale, int window, float softCap) {
        this(heads, scale, window, softCap, 0);
    }

    /** The usual kind: every token sees all positions up to its own. */
    public static AttentionSpec causal(int heads, int keyDim) {
        return new AttentionSpec(heads, (float) (1 / Math.sqrt(keyDim)), UNLIMITED, 0);
    }

    /** Every token sees all of so many positions. */
    public static AttentionSpec bidirectional(int heads, int keyDim, int positions) {
        return new AttentionSpec(heads, (float) (1 / Math.sqrt(keyDim)), UNLIMITED, 0, positions);
    }

    /** The first position that a token at {@code position} sees. */
    public int firstVisible(int position) {
        return Math.max(0, position - window + 1);
    }

    /** The first position after those that a token at {@code position} sees. */
    public int endVisible(int position) {
        return Math.max(position + 1, seenByAll);
    }
}
