package dev.lockstep.loader.trust;

import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.List;
import java.util.Optional;

/**
 * What a policy says of a model, and why. Immutable.
 *
 * @param steps every rule that was asked, in order
 */
public record TrustDecision(List<Step> steps) {
    /**
     * The answer of one rule.
     *
     * @param rule its name, as docs/trust-policy.md lists them
     * @param detail what it looked at and found, for people
     */
    public record Step(String rule, boolean passed, String detail) { }

    public TrustDecision {
        steps = List.copyOf(steps);
    }

    /** True if every rule was content. */
    public boolean isAllowed() {
        return decisive().isEmpty();
    }

    /** The first rule that was not content. */
    public Optional<Step> decisive() {
        return steps.stream().filter(step -> !step.passed()).findFirst();
    }

    /**
     * Passes if the model may be used.
     *
     * @param file the model, for the message
     * @throws ModelSignatureException with the rule that decided, if it may not
     */
    public void requireAllowed(String file) {
        decisive().ifPresent(step -> {
            throw new ModelSignatureException(Reason.POLICY_REFUSED, file, "refused by the trust policy, rule " + step.rule() + ": "
                    + step.detail());
        });
    }
}
