package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;

/**
 * Cuts out runs of certain characters, as {@code \p{N}{1,3}} or {@code \s?\p{L}+} do; what lies between two runs is a stretch as well.
 *
 * @param lead which single character before a run belongs to it; none of the run's
 * @param members which characters are in a run, by code point
 * @param min the fewest of them that are cut out
 * @param max the most; a longer run is cut into several
 */
record RunSplitter(IntPredicate lead, IntPredicate members, int min, int max) implements Splitter {
    private static final int NO_RUN = -1;

    /** Runs of any length, without a lead. */
    static RunSplitter of(IntPredicate members) {
        return new RunSplitter(c -> false, members, 1, Integer.MAX_VALUE);
    }

    /** Runs of {@code min} to {@code max} characters. */
    static RunSplitter of(IntPredicate members, int min, int max) {
        return new RunSplitter(c -> false, members, min, max);
    }

    @Override
    public int next(MemorySegment text, int start, int end) {
        int run = runEnd(text, start, end);
        if (run != NO_RUN) {
            return run;
        }
        int at = start;
        do {
            at = shortRunEnd(text, at, end);
        } while (at < end && runEnd(text, at, end) == NO_RUN);
        return at;
    }

    /** One past the run that begins at {@code start}, its lead included. */
    private int runEnd(MemorySegment text, int start, int end) {
        int unit = Utf8.unit(text, start, end);
        int at = lead.test(Utf8.codePoint(text, start, unit)) ? start + unit : start;
        int count = 0;
        while (at < end && count < max) {
            int length = Utf8.unit(text, at, end);
            if (!members.test(Utf8.codePoint(text, at, length))) {
                break;
            }
            at += length;
            count++;
        }
        return count >= min ? at : NO_RUN;
    }

    /** One past the unit at {@code start} and the members after it: none of them begins a run, since there are too few. */
    private int shortRunEnd(MemorySegment text, int start, int end) {
        int unit = Utf8.unit(text, start, end);
        boolean member = members.test(Utf8.codePoint(text, start, unit));
        int at = start + unit;
        while (member && at < end) {
            int length = Utf8.unit(text, at, end);
            member = members.test(Utf8.codePoint(text, at, length));
            at += member ? length : 0;
        }
        return at;
    }
}
