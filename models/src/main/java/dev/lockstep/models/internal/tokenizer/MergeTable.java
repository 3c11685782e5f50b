package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The merges of a vocabulary: from two token ids to the rank of their merge and its result. Sixteen bytes or
 * so per merge. Immutable.
 */
final class MergeTable implements Merger.Pairs {
    /** {@code (merges)} each, by rank. */
    private final int[] lefts;
    private final int[] rights;
    private final int[] results;

    /** {@code (power of two)}: rank + 1, or 0 where free. */
    private final int[] slots;

    /**
     * Reads "left right" lines, the best first; of a pair that is listed twice, the better rank counts.
     *
     * @param index finds ids by spelling; merges may use what it holds
     * @throws dev.lockstep.loader.ModelFormatException if a line is not two tokens of the vocabulary with one space
     *     between them, or if they do not make a token
     */
    MergeTable(Vocabulary v, PieceIndex index) {
        StringTable merges = v.merges();
        if (merges.size() == 0) {
            throw v.fault(Vocabulary.MERGES, "is missing; a byte-level vocabulary merges by rank");
        }
        lefts = new int[merges.size()];
        rights = new int[merges.size()];
        results = new int[merges.size()];
        slots = new int[Hashing.slotCount(merges.size())];
        try (var arena = Arena.ofShared()) {
            // the index reads off-heap memory only: one kind of memory at a call site
            MemorySegment line = arena.allocate(2L * Pieces.MAX_PIECE_BYTES + 1);
            for (int rank = 0; rank < merges.size(); rank++) {
                read(v, rank, index, line);
                insert(rank);
            }
        }
    }

    private void read(Vocabulary v, int rank, PieceIndex index, MemorySegment line) {
        StringTable merges = v.merges();
        int length = merges.length(rank);
        int space = onlySpace(merges, rank);
        if (space <= 0 || space == length - 1 || length > line.byteSize()) {
            throw v.fault(Vocabulary.MERGES, "merge " + rank + " is not two tokens with one space between them: "
                    + Vocabulary.quoted(merges.text(rank)));
        }
        int joined = 0;
        for (int i = 0; i < length; i++) {
            if (i != space) {
                line.set(JAVA_BYTE, joined++, merges.byteAt(rank, i));
            }
        }
        lefts[rank] = require(v, rank, index.find(line, 0, space), "left part");
        rights[rank] = require(v, rank, index.find(line, space, joined - space), "right part");
        results[rank] = require(v, rank, index.find(line, 0, joined), "result");
    }

    /** The position of the one space in a line; -1 if there is none or more than one. */
    private static int onlySpace(StringTable merges, int rank) {
        int space = -1;
        for (int i = 0; i < merges.length(rank); i++) {
            if (merges.byteAt(rank, i) == ' ') {
                if (space >= 0) {
                    return -1;
                }
                space = i;
            }
        }
        return space;
    }

    private static int require(Vocabulary v, int rank, int id, String what) {
        if (id == PieceIndex.NONE) {
            throw v.fault(Vocabulary.MERGES, "merge " + rank + " (" + Vocabulary.quoted(v.merges().text(rank))
                    + "): its " + what + " is no text token of the vocabulary");
        }
        return id;
    }

    private void insert(int rank) {
        int slot = slot(lefts[rank], rights[rank]);
        if (slots[slot] == 0) {
            slots[slot] = rank + 1;
        }
    }

    private int slot(int left, int right) {
        int slot = Hashing.of(left, right) & slots.length - 1;
        while (slots[slot] != 0 && (lefts[slots[slot] - 1] != left || rights[slots[slot] - 1] != right)) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    /** The rank of the merge is its priority. */
    @Override
    public long join(MemorySegment text, long at, int length, int leftId, int rightId) {
        int rank = slots[slot(leftId, rightId)] - 1;
        return rank < 0 ? NONE : Merger.Pairs.of(rank, results[rank]);
    }
}
