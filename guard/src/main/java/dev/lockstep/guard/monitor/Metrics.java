package dev.lockstep.guard.monitor;

/**
 * Where counters and times go: an embedder binds it to what its application is watched with. Called by the threads that do the work, any
 * number of them; must be quick and must not throw.
 */
public interface Metrics {
    /** Forgets everything. */
    Metrics NONE = new Metrics() {
        @Override
        public void count(Counter counter, long amount) {
        }

        @Override
        public void time(Timing timing, long nanos) {
        }
    };

    /** What only grows. */
    enum Counter { PROMPT_TOKENS, GENERATED_TOKENS, REFUSALS, SESSIONS, ZEROED_BYTES, AUDIT_RECORDS }

    /** What takes time, in ns. */
    enum Timing { PREFILL, DECODE, POSTURE, AUDIT_APPEND }

    void count(Counter counter, long amount);

    void time(Timing timing, long nanos);
}
