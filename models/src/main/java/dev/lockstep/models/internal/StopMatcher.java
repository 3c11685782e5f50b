package dev.lockstep.models.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.models.internal.tokenizer.PrefixViews;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * Looks for stop texts in a growing text and holds back what could still become one. The text waits in memory of the session;
 * the stop texts are the caller's configuration and stay on the heap.
 *
 * <p>Input comes in whole characters, and a stop text begins with a whole character, so what is let go ends with one too.
 */
final class StopMatcher {
    /** UTF-8, the longest first. */
    private final byte[][] stops;
    private final MemorySegment waiting;
    private final PrefixViews views;
    /** Bytes in {@link #waiting}; the first {@code released} of them were returned by the last call. */
    private long held;
    private long released;
    private boolean stopped;

    /** @param maxInput most bytes that one call adds */
    StopMatcher(List<String> stops, long maxInput, SegmentAllocator memory) {
        this.stops = stops.stream().map(stop -> stop.getBytes(StandardCharsets.UTF_8))
                .sorted(Comparator.comparingInt(stop -> -stop.length)).toArray(byte[][]::new);
        long longest = this.stops.length == 0 ? 0 : this.stops[0].length;
        this.waiting = memory.allocate(longest + maxInput);
        this.views = new PrefixViews(waiting);
    }

    /** True once a stop text appeared; nothing that follows is let through. */
    boolean hasStopped() {
        return stopped;
    }

    /** Adds text and returns what is final now; the view is valid until the next call. */
    MemorySegment accept(MemorySegment text) {
        if (stops.length == 0 || stopped) {
            return stopped ? views.ofSize(0) : text;
        }
        dropReleased();
        MemorySegment.copy(text, 0, waiting, held, text.byteSize());
        held += text.byteSize();
        long stopAt = firstStop();
        if (stopAt >= 0) {
            stopped = true;
            return release(stopAt);
        }
        return release(held - longestPartialStop());
    }

    /** The text ends here: lets go of what was held back. */
    MemorySegment flush() {
        dropReleased();
        return stopped ? views.ofSize(0) : release(held);
    }

    private MemorySegment release(long count) {
        released = count;
        return views.ofSize((int) count);
    }

    private void dropReleased() {
        held -= released;
        MemorySegment.copy(waiting, released, waiting, 0, held);
        released = 0;
    }

    private long firstStop() {
        for (long at = 0; at < held; at++) {
            for (byte[] stop : stops) {
                if (matches(stop, at, stop.length)) {
                    return at;
                }
            }
        }
        return -1;
    }

    /** Length of the longest end of the text that is the beginning of a stop text. */
    private long longestPartialStop() {
        for (long at = 0; at < held; at++) {
            int length = (int) (held - at);
            for (byte[] stop : stops) {
                if (length < stop.length && matches(stop, at, length)) {
                    return length;
                }
            }
        }
        return 0;
    }

    private boolean matches(byte[] stop, long at, int length) {
        if (at + length > held) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (waiting.get(JAVA_BYTE, at + i) != stop[i]) {
                return false;
            }
        }
        return true;
    }
}
