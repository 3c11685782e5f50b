package dev.lockstep.testkit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Looks for all patterns in one pass over a stream of bytes: two bytes decide whether a place deserves a closer look. One thread. */
final class PatternSearch {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final List<byte[]> patterns;
    private final boolean[] beginnings = new boolean[1 << 16];
    private final int[] counts;
    private final int overlap;
    private final byte[] window;
    /** Bytes at the beginning of the window that were searched before, because a pattern may begin there. */
    private int kept;

    PatternSearch(List<byte[]> patterns) {
        this.patterns = patterns;
        this.counts = new int[patterns.size()];
        this.overlap = patterns.stream().mapToInt(pattern -> pattern.length).max().orElseThrow() - 1;
        this.window = new byte[CHUNK_BYTES + overlap];
        patterns.forEach(pattern -> beginnings[key(pattern, 0)] = true);
    }

    /** Where the next bytes come from. */
    interface Source {
        /** Reads {@code count} bytes from {@code position} on; returns how many there were, -1 if none can be read. */
        int read(long position, byte[] target, int offset, int count);
    }

    /** Searches a stretch. What lies before it in the next call is not taken for its neighbour. */
    void search(Source source, long from, long to) {
        kept = 0;
        for (long at = from; at < to; at += CHUNK_BYTES) {
            int read = source.read(at, window, kept, (int) Math.min(CHUNK_BYTES, to - at));
            if (read < 0) {
                kept = 0;
                continue;
            }
            look(kept + read);
        }
    }

    private void look(int size) {
        int at = 0;
        while (at < size - 1) {
            if (at <= size - Long.BYTES && mayBeSkipped(at)) {
                // the last of the zeros may be the first byte of a pattern
                at += Long.BYTES - 1;
                continue;
            }
            if (beginnings[key(window, at)]) {
                lookCloser(at, size);
            }
            at++;
        }
        int keep = Math.min(overlap, size);
        System.arraycopy(window, size - keep, window, 0, keep);
        kept = keep;
    }

    /** True if a long of zeros begins here and no pattern begins with two of them: most of a heap is memory that nobody has used. */
    private boolean mayBeSkipped(int at) {
        return !beginnings[0] && (long) LONG.get(window, at) == 0;
    }

    /** Counts what ends behind the bytes that were searched before. */
    private void lookCloser(int at, int size) {
        for (int p = 0; p < counts.length; p++) {
            byte[] pattern = patterns.get(p);
            int end = at + pattern.length;
            if (end <= size && end > kept && Arrays.equals(window, at, end, pattern, 0, pattern.length)) {
                counts[p]++;
            }
        }
    }

    private static int key(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    /** How often each pattern was found. */
    List<Integer> counts() {
        return Arrays.stream(counts).boxed().toList();
    }
}
