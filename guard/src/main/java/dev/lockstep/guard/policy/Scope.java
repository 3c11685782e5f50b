package dev.lockstep.guard.policy;

import java.util.Locale;

/** What somebody may do. */
public enum Scope {
    /** Use models. */
    INFER,
    /** Change what runs: load and close models. */
    ADMIN,
    /** Read counters. */
    METRICS;

    /** As policies call it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
