package dev.lockstep.guard.policy;

import java.util.List;
import java.util.Optional;

/**
 * What a policy says to a request, and why: all rules that were asked, in order.
 *
 * @param trace one entry for each rule
 */
public record Decision(List<RuleResult> trace) {
    public Decision {
        trace = List.copyOf(trace);
    }

    /** True if no rule refuses. */
    public boolean isAllowed() {
        return refusal().isEmpty();
    }

    /** The first rule that refuses. */
    public Optional<RuleResult> refusal() {
        return trace.stream().filter(each -> each.outcome() == RuleResult.Outcome.REFUSE).findFirst();
    }

    /** The rules that only warn. */
    public List<RuleResult> warnings() {
        return trace.stream().filter(each -> each.outcome() == RuleResult.Outcome.WARN).toList();
    }
}
