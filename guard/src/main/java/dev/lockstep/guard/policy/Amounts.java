package dev.lockstep.guard.policy;

/** Arithmetic on numbers that callers choose. */
final class Amounts {
    private Amounts() {
    }

    /** A sum, or the largest number if it is larger. */
    static long sum(long one, long other) {
        long sum = one + other;
        return one > 0 && other > 0 && sum < 0 ? Long.MAX_VALUE : sum;
    }
}
