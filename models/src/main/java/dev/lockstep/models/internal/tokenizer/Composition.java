package dev.lockstep.models.internal.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Unicode's canonical composition: which pairs of characters are one, in which order marks stand, and which characters NFC may change at
 * all. Found out by asking the JDK's {@link Normalizer} about every character once, since it does not show its tables.
 */
final class Composition {
    /** {@link #of}: the two are not one. */
    static final int NONE = 0;

    /** The mark with the highest combining class: it moves behind any other, so it tells which characters have a class. */
    private static final int LAST_MARK = 0x345;

    private static final int LOWEST_MARK = 0x300;

    /** Characters that NFC may change, or that may become one with what is before them; none below U+0300. */
    private static final BitSet ACTIVE = new BitSet();

    /** {@code (power of two)}: {@code first << 32 | second} of a pair, and what it is as one; 0 where free. */
    private static final long[] PAIRS;
    private static final int[] COMPOSITES;

    /** {@code (marks with a combining class)}, ascending, and the rank of the class of each, from 1. */
    private static final int[] MARKS;
    private static final byte[] RANKS;

    static {
        PAIRS = new long[Hashing.slotCount(Decomposition.size())];
        COMPOSITES = new int[PAIRS.length];
        for (int i = 0; i < Decomposition.size(); i++) {
            addDecomposed(Decomposition.character(i));
        }
        List<Integer> marks = new ArrayList<>();
        for (int c = Decomposition.FIRST; c <= Character.MAX_CODE_POINT; c++) {
            if (isOrderedMark(c)) {
                marks.add(c);
                ACTIVE.set(c);
            }
        }
        MARKS = marks.stream().mapToInt(Integer::intValue).toArray();
        RANKS = ranks(marks);
    }

    private Composition() { }

    private static void addDecomposed(int c) {
        String whole = Character.toString(c);
        if (!Normalizer.isNormalized(whole, Normalizer.Form.NFC)) {
            ACTIVE.set(c);
            return;
        }
        String decomposed = Normalizer.normalize(whole, Normalizer.Form.NFD);
        int second = decomposed.codePointBefore(decomposed.length());
        String rest = decomposed.substring(0, decomposed.length() - Character.charCount(second));
        int first = Normalizer.normalize(rest, Normalizer.Form.NFC).codePointAt(0);
        ACTIVE.set(second);
        int slot = slot(first, second);
        PAIRS[slot] = pair(first, second);
        COMPOSITES[slot] = c;
    }

    private static boolean isOrderedMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
                    Decomposition.indexOf(c) < 0 && (c == LAST_MARK || precedes(c, LAST_MARK));
            default -> false;
        };
    }

    /** True if mark {@code a} stands before mark {@code b} whichever was written first. */
    private static boolean precedes(int a, int b) {
        String a0 = Character.toString(a);
        String b0 = Character.toString(b);
        return Normalizer.normalize(b0 + a0, Normalizer.Form.NFD).equals(a0 + b0);
    }

    /** Sorts the marks into classes by comparing each with one of every class so far. */
    private static byte[] ranks(List<Integer> marks) {
        List<List<Integer>> classes = new ArrayList<>();
        for (int mark : marks) {
            int low = 0;
            int high = classes.size();
            while (low < high) {
                int middle = (low + high) / 2;
                if (precedes(classes.get(middle).getFirst(), mark)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if (low == classes.size() || precedes(mark, classes.get(low).getFirst())) {
                classes.add(low, new ArrayList<>());
            }
            classes.get(low).add(mark);
        }
        byte[] ranks = new byte[marks.size()];
        for (int rank = 1; rank <= classes.size(); rank++) {
            for (int mark : classes.get(rank - 1)) {
                ranks[Arrays.binarySearch(MARKS, mark)] = (byte) rank;
            }
        }
        return ranks;
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second;
    }

    private static int slot(int first, int second) {
        int slot = Hashing.of(first, second) & PAIRS.length - 1;
        while (COMPOSITES[slot] != NONE && PAIRS[slot] != pair(first, second)) {
            slot = slot + 1 & PAIRS.length - 1;
        }
        return slot;
    }

    /** What two neighbours are as one, or {@link #NONE}. */
    static int of(int first, int second) {
        return COMPOSITES[slot(first, second)];
    }

    /** False if NFC leaves {@code c} as it is and apart from what is before it. */
    static boolean isActive(int c) {
        return ACTIVE.get(c);
    }

    /** The place of a mark among marks of the same character: those of lower rank stand before it; 0 if it is no mark. */
    static int rank(int c) {
        int index = c < LOWEST_MARK ? -1 : Arrays.binarySearch(MARKS, c);
        return index < 0 ? 0 : RANKS[index];
    }
}
