package dev.lockstep.securemem;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory all arenas of this process together may hold. Without a limit they may hold whatever the machine gives.
 *
 * <p><b>Threads.</b> All methods may be called from any thread.
 */
public final class MemoryBudget {
    /** No limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final AtomicLong HELD = new AtomicLong();
    private static final AtomicLong PEAK = new AtomicLong();
    private static volatile long limit = UNLIMITED;

    private MemoryBudget() {
    }

    /**
     * Sets the limit. What is held already stays, even if it is more.
     *
     * @param bytes not negative
     */
    public static void limit(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes=" + bytes + " must not be negative");
        }
        limit = bytes;
    }

    /** The limit in bytes; {@link #UNLIMITED} if there is none. */
    public static long limit() {
        return limit;
    }

    /** Bytes that arenas hold now. */
    public static long held() {
        return HELD.get();
    }

    /** The most bytes that arenas have held at once. */
    public static long peak() {
        return PEAK.get();
    }

    /**
     * Asks before long work whether there will be room. Takes nothing.
     *
     * @param what that is for, for the message
     * @throws SecureMemoryException if there is not
     */
    public static void requireRoom(long bytes, String what) {
        if (bytes > limit - HELD.get()) {
            throw beyond(bytes, what);
        }
    }

    static void take(long bytes, String what) {
        // nothing is taken before it is known to fit: somebody else's smaller wish must not fail because of it
        long held = HELD.get();
        while (bytes <= limit - held && !HELD.compareAndSet(held, held + bytes)) {
            held = HELD.get();
        }
        if (bytes > limit - held) {
            throw beyond(bytes, what);
        }
        PEAK.accumulateAndGet(held + bytes, Math::max);
    }

    static void giveBack(long bytes) {
        HELD.addAndGet(-bytes);
    }

    private static SecureMemoryException beyond(long bytes, String what) {
        return new SecureMemoryException(what + " needs " + bytes + " bytes of memory; " + held() + " of the budget of " + limit
                + " bytes are taken. Allow more, or take a smaller context or model");
    }
}
