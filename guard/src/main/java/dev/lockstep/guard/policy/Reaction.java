package dev.lockstep.guard.policy;

import dev.lockstep.guard.policy.RuleResult.Outcome;
import java.util.Locale;

/** What follows from a check that did not pass. */
public enum Reaction {
    REFUSE(Outcome.REFUSE),
    /** It goes on, and the trace says so. */
    WARN(Outcome.WARN),
    IGNORE(Outcome.PASS);

    private final Outcome outcome;

    Reaction(Outcome outcome) {
        this.outcome = outcome;
    }

    /** What the rule comes to. */
    Outcome outcome() {
        return outcome;
    }

    /** As policies call it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
