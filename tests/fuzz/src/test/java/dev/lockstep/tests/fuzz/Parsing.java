package dev.lockstep.tests.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;

/**
 * The property of every target: a parser returns, or refuses by one of its documented exceptions; it does so soon, and with
 * heap in proportion to its input. Everything else leaves as it is thrown, and is a finding.
 */
final class Parsing {
    /** Processor time of the calling thread, so that a busy machine is not a finding. */
    private static final Duration MAX_TIME = Duration.ofSeconds(2);

    /** What a parser may allocate whatever the input: tables and buffers of its own. */
    private static final long FREE_BYTES = 16L << 20;

    /** A JSON tree, the greediest of the parsers' products, takes about a hundred bytes for a token of two characters. */
    private static final long BYTES_PER_INPUT_BYTE = 256;

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** One call of a parser, with all that is checked about its result. It may be made twice. */
    interface Call {
        void run() throws Exception;
    }

    private record Cost(boolean accepted, Duration time, long heapBytes) {
        boolean isTooHigh(long inputBytes) {
            return time.compareTo(MAX_TIME) > 0 || heapBytes > FREE_BYTES + inputBytes * BYTES_PER_INPUT_BYTE;
        }
    }

    private Parsing() {
    }

    /**
     * Runs a parser on an input of {@code inputBytes}; twice if the first time was too expensive, because that may have been
     * classes that were loaded.
     *
     * @param refusals exceptions that are documented as refusals of the input
     * @return true if the input was accepted, false if it was refused
     * @throws AssertionError if it takes too long or allocates too much
     */
    static boolean accepts(long inputBytes, Set<Class<? extends Exception>> refusals, Call parser) throws Exception {
        Cost cost = measure(refusals, parser);
        if (cost.isTooHigh(inputBytes)) {
            cost = measure(refusals, parser);
        }
        if (cost.isTooHigh(inputBytes)) {
            throw new AssertionError("an input of " + inputBytes + " bytes took " + cost);
        }
        return cost.accepted();
    }

    private static Cost measure(Set<Class<? extends Exception>> refusals, Call parser) throws Exception {
        long startNanos = THREAD.getCurrentThreadCpuTime();
        long startBytes = THREAD.getCurrentThreadAllocatedBytes();
        boolean accepted = runs(refusals, parser);
        return new Cost(accepted, Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - startNanos),
                THREAD.getCurrentThreadAllocatedBytes() - startBytes);
    }

    private static boolean runs(Set<Class<? extends Exception>> refusals, Call parser) throws Exception {
        try {
            parser.run();
            return true;
        } catch (Exception e) {
            if (refusals.contains(e.getClass())) {
                requirePrintable(e.getMessage());
                return false;
            }
            throw e;
        }
    }

    /** Messages repeat names from the input and end in terminals and logs. */
    static void requirePrintable(String message) {
        if (message == null || message.codePoints().anyMatch(Character::isISOControl)) {
            throw new AssertionError("a message that is missing or steers a terminal: " + message);
        }
    }
}
