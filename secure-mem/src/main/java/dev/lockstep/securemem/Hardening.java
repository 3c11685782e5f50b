package dev.lockstep.securemem;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Hardened memory: what the operating system can do for memory with secrets, asked for through the C library (Linux). It is a matter of
 * the whole process: from {@link #enable} on, every {@link SecureArena} hands out hardened memory. What it hands out without is memory
 * as Java gives it, zeroed all the same.
 *
 * <p>Needs native access for this module: {@code --enable-native-access=dev.lockstep.securemem}, or {@code ALL-UNNAMED} on the class
 * path.
 *
 * <p><b>Threads.</b> All methods may be called from any thread.
 */
public final class Hardening {
    private static final PlainBlocks PLAIN = new PlainBlocks();
    private static final Map<Measure, String> MISSING = new EnumMap<>(Measure.class);
    private static final Set<Measure> DEMANDED = EnumSet.noneOf(Measure.class);
    private static volatile BlockAllocator allocator = PLAIN;
    private static long hardenedBytes;

    private Hardening() {
    }

    /**
     * Turns hardening on, for all that is allocated from now on. Calling it again only adds demands.
     *
     * @param demanded what must be had: where it cannot, nothing is allocated any more. What is not demanded is done where it can be,
     *     and {@linkplain #report() reported} where it cannot
     * @return what is known now; memory that cannot be locked shows only when it is allocated
     * @throws HardeningException if something that is demanded cannot be had
     */
    public static synchronized HardeningReport enable(Set<Measure> demanded) {
        DEMANDED.addAll(demanded);
        try {
            if (allocator == PLAIN) {
                begin();
            }
            MISSING.forEach(Hardening::requireNotDemanded);
        } catch (HardeningException e) {
            // whoever goes on all the same gets no memory
            allocator = new RefusedBlocks(e.getMessage());
            throw e;
        }
        return report();
    }

    private static void begin() {
        try {
            LibC libc = LibC.open();
            allocator = new GuardedBlocks(libc);
            note(Measure.PROCESS_UNDUMPABLE, "prctl(PR_SET_DUMPABLE)", libc.makeUndumpable());
        } catch (IllegalCallerException e) {
            missAll("Java does not allow it; start it with --enable-native-access=dev.lockstep.securemem (ALL-UNNAMED on the class path)");
        } catch (UnsupportedOperationException e) {
            missAll(e.getMessage());
        }
    }

    /**
     * For whoever cannot use a measure, though it could be had: that is reported like any other lack.
     *
     * @throws HardeningException if it is demanded
     */
    public static synchronized void forgo(Measure measure, String reason) {
        if (allocator != PLAIN) {
            miss(measure, reason);
        }
    }

    /** What has been reached so far. */
    public static synchronized HardeningReport report() {
        return new HardeningReport(allocator instanceof GuardedBlocks, hardenedBytes, MISSING);
    }

    static BlockAllocator allocator() {
        return allocator;
    }

    static synchronized void count(long bytes) {
        hardenedBytes += bytes;
    }

    private static void missAll(String reason) {
        for (Measure measure : Measure.values()) {
            MISSING.put(measure, reason);
        }
    }

    /** Notes what went wrong, if anything did. */
    static void note(Measure measure, String call, Optional<String> failure) {
        failure.ifPresent(reason -> miss(measure, call + ": " + reason));
    }

    /**
     * Notes that something could not be had; the first reason is kept.
     *
     * @throws HardeningException if it is demanded
     */
    static synchronized void miss(Measure measure, String reason) {
        MISSING.putIfAbsent(measure, reason);
        requireNotDemanded(measure, reason);
    }

    private static void requireNotDemanded(Measure measure, String reason) {
        if (DEMANDED.contains(measure)) {
            throw new HardeningException("hardened memory is demanded (" + measure.description() + ") and cannot be had: " + reason);
        }
    }

    /** For tests: as if nothing had been asked for. What the process has given up it does not get back. */
    static synchronized void disable() {
        allocator = PLAIN;
        MISSING.clear();
        DEMANDED.clear();
        hardenedBytes = 0;
    }
}
