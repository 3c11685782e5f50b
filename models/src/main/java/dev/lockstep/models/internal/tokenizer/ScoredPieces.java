package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/** Which symbols SentencePiece joins: those that together spell a piece, the piece with the highest score first. Immutable. */
final class ScoredPieces implements Merger.Pairs {
    private final PieceIndex index;

    /** {@code (vocabulary)}: the higher the score, the smaller; equal for equal scores. */
    private final int[] priorities;

    /** @param index finds the pieces that may be joined, by their text */
    ScoredPieces(Vocabulary v, PieceIndex index) {
        this.index = index;
        float[] scores = v.scores("a SentencePiece vocabulary merges by score");
        priorities = new int[scores.length];
        for (int id = 0; id < scores.length; id++) {
            priorities[id] = ~ascending(scores[id]);
        }
    }

    /** An int that orders as the finite float does: the bits of a negative float grow as it falls. */
    private static int ascending(float score) {
        int bits = Float.floatToRawIntBits(score + 0.0f); // adding zero turns -0 into 0, its equal
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
    }

    @Override
    public long join(MemorySegment text, long at, int length, int leftId, int rightId) {
        int id = index.find(text, at, length);
        return id == PieceIndex.NONE ? NONE : Merger.Pairs.of(priorities[id], id);
    }
}
