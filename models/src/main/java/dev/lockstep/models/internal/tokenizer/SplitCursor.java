package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a text by several steps, each of which cuts the stretches of the step before it: to a step, its stretch is a text with an end of
 * its own. For one caller at a time.
 */
final class SplitCursor {
    private final Splitter[] steps;

    /** {@code (steps)}: where the current stretch of each step ends. */
    private final int[] ends;
    private MemorySegment text;
    private int end;

    SplitCursor(List<Splitter> steps) {
        this.steps = steps.toArray(Splitter[]::new);
        this.ends = new int[this.steps.length];
    }

    /** Begins with another text: the bytes of {@code text} from {@code start} to {@code end}. */
    void begin(MemorySegment text, int start, int end) {
        this.text = text;
        this.end = end;
        Arrays.fill(ends, start);
    }

    /** One past the last byte of the stretch that begins at {@code start}: the begin, or what this returned before. */
    int next(int start) {
        int outer = end;
        for (int step = 0; step < steps.length; step++) {
            if (ends[step] <= start) {
                ends[step] = steps[step].next(text, start, outer);
            }
            outer = ends[step];
        }
        return outer;
    }
}
