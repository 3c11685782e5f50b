package dev.lockstep.kernel;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * An atomic integer that has its cache lines for itself: writing it never takes away a line that another thread is reading
 * something else from. All accesses are volatile.
 */
final class PaddedAtomicInteger {
    /** 128 bytes on either side: lines have 64 or 128, and many processors fetch the neighbour of a 64-byte line with it. */
    private static final int PADDING = 128 / Integer.BYTES;

    /** Padding, the value at index {@link #PADDING}, padding. */
    private final AtomicIntegerArray line = new AtomicIntegerArray(PADDING + 1 + PADDING);

    int get() {
        return line.get(PADDING);
    }

    void set(int value) {
        line.set(PADDING, value);
    }

    int getAndSet(int value) {
        return line.getAndSet(PADDING, value);
    }

    int getAndIncrement() {
        return line.getAndIncrement(PADDING);
    }

    boolean compareAndSet(int expected, int value) {
        return line.compareAndSet(PADDING, expected, value);
    }
}
