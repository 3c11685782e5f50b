package dev.lockstep.app;

import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.trust.TrustDecision;
import dev.lockstep.loader.trust.TrustDecision.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;

/** Which rule decided on a model: every rule that was asked, in order, with its answer. */
final class Explanation {
    private final List<Step> steps = new ArrayList<>();

    /** The signatures and the files are in order. */
    void verified(SignedManifest signed) {
        steps.add(new Step("signature", true, signed.signers().stream().map(Signer::description).collect(Collectors.joining("; "))));
        steps.add(new Step("files", true, signed.names().size() + " file(s) as they were signed"));
    }

    /** What a policy says. */
    void decided(TrustDecision decision) {
        steps.addAll(decision.steps());
    }

    /** Why nothing else was asked. */
    void refused(String reason, String message) {
        if (steps.stream().allMatch(Step::passed)) {
            steps.add(new Step(reason, false, message));
        }
    }

    /** {@code digest-mismatch}. */
    static String name(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String text() {
        return steps.stream()
                .map(step -> String.format("%-4s  %-20s  %s", step.passed() ? "pass" : "FAIL", step.rule(), Printable.text(step.detail())))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    void addTo(ArrayNode array) {
        steps.forEach(step -> array.addObject().put("rule", step.rule()).put("passed", step.passed()).put("detail", step.detail()));
    }
}
