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
    enum Counter {
        PROMPT_TOKENS("lockstep.prompt.tokens", "tokens"),
        GENERATED_TOKENS("lockstep.generated.tokens", "tokens"),
        REFUSALS("lockstep.refusals", "refusals"),
        SESSIONS("lockstep.sessions", "sessions"),
        ZEROED_BYTES("lockstep.zeroed.bytes", "bytes"),
        AUDIT_RECORDS("lockstep.audit.records", "records");

        private final String id;
        private final String unit;

        Counter(String id, String unit) {
            this.id = id;
            this.unit = unit;
        }

        /** Its name in what an application is watched with; it does not change between versions. */
        public String id() {
            return id;
        }

        public String unit() {
            return unit;
        }
    }

    /** What takes time, in ns. */
    enum Timing {
        PREFILL("lockstep.prefill"),
        DECODE("lockstep.decode"),
        POSTURE("lockstep.posture"),
        AUDIT_APPEND("lockstep.audit.append");

        private final String id;

        Timing(String id) {
            this.id = id;
        }

        /** As of a counter. */
        public String id() {
            return id;
        }
    }

    void count(Counter counter, long amount);

    void time(Timing timing, long nanos);
}
