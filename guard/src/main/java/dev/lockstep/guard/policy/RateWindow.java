package dev.lockstep.guard.policy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What each principal asked for in the last minute: what limits by the minute are measured with. It counts in steps of a second, and
 * forgets a step when all of it is a minute ago, so never too early. It knows this process only. Thread-safe.
 */
public final class RateWindow {
    /** A minute, and the second that has begun. */
    private static final int SECONDS = 61;

    private final LongSupplier nanoTime;
    private final long startNanos;
    private final Map<String, Counts> principals = new HashMap<>();

    /** @param nanoTime a clock that never goes back, as {@link System#nanoTime} */
    public RateWindow(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    /**
     * What was decided on a request.
     *
     * @param tokens that were set aside for it; none if it was refused
     */
    public record Admission(Decision decision, String principal, long second, long tokens) { }

    /**
     * Decides on a request, and counts it if it is allowed, in one step: two that come at once do not both get what is left.
     *
     * @param tokens that it may take at most
     * @param decider gets what the principal did so far; quick, since others wait for it
     */
    public synchronized Admission admit(Principal principal, long tokens, Function<Recent, Decision> decider) {
        long second = second();
        Counts counts = principals.get(principal.id());
        Decision decision = decider.apply(counts == null ? Recent.NONE : counts.recent(second));
        if (!decision.isAllowed()) {
            return new Admission(decision, principal.id(), second, 0);
        }
        if (counts == null) {
            // whoever was idle for a minute is like one who was never here
            principals.values().removeIf(each -> each.isIdle(second));
        }
        principals.computeIfAbsent(principal.id(), _ -> new Counts()).add(second, 1, tokens);
        return new Admission(decision, principal.id(), second, tokens);
    }

    /**
     * Gives back what a request had set aside and did not need. To be called once.
     *
     * @param usedTokens that it took
     */
    public synchronized void settle(Admission admission, long usedTokens) {
        Counts counts = principals.get(admission.principal());
        if (counts != null && admission.decision().isAllowed() && second() - admission.second() < SECONDS) {
            counts.add(admission.second(), 0, Math.min(usedTokens - admission.tokens(), 0));
        }
    }

    private long second() {
        return TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - startNanos);
    }

    /** Of one principal, by second modulo {@link #SECONDS}. */
    private static final class Counts {
        private final long[] seconds = new long[SECONDS];
        private final long[] requests = new long[SECONDS];
        private final long[] tokens = new long[SECONDS];

        Counts() {
            // no second of any clock
            Arrays.fill(seconds, Long.MIN_VALUE);
        }

        void add(long second, long moreRequests, long moreTokens) {
            int at = (int) (second % SECONDS);
            if (seconds[at] != second) {
                seconds[at] = second;
                requests[at] = 0;
                tokens[at] = 0;
            }
            requests[at] += moreRequests;
            // what was cut off at the largest number cannot be given back in full
            tokens[at] = Math.max(Amounts.sum(tokens[at], moreTokens), 0);
        }

        Recent recent(long now) {
            long allRequests = 0;
            long allTokens = 0;
            for (int i = 0; i < SECONDS; i++) {
                if (isRecent(i, now)) {
                    allRequests += requests[i];
                    allTokens = Amounts.sum(allTokens, tokens[i]);
                }
            }
            return new Recent(allRequests, allTokens);
        }

        boolean isIdle(long now) {
            return recent(now).requests() == 0;
        }

        private boolean isRecent(int index, long now) {
            return seconds[index] > now - SECONDS;
        }
    }
}
