package dev.lockstep.guard.policy;

import dev.lockstep.guard.policy.RuleResult.Outcome;
import java.util.ArrayList;
import java.util.List;

/** The rules that were asked so far. */
final class Trace {
    private final List<RuleResult> results = new ArrayList<>();

    /** @return {@code passed} */
    boolean ask(Rule rule, boolean passed, String reason) {
        add(rule.id(), passed ? Outcome.PASS : Outcome.REFUSE, reason);
        return passed;
    }

    void add(String rule, Outcome outcome, String reason) {
        results.add(new RuleResult(rule, outcome, reason));
    }

    Decision decision() {
        return new Decision(results);
    }
}
