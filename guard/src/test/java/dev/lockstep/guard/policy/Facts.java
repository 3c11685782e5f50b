package dev.lockstep.guard.policy;

import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One request from its first question to its last. {@link #ALLOWED} is what {@link PolicyText} just about allows: every limit is reached.
 */
record Facts(Principal principal, Scope scope, Optional<String> dataClass, List<CheckResult> checks, boolean audited, ModelFacts model, long context,
        long promptTokens, long newTokens, Recent recent, Instant now) {
    static final ModelFacts LLAMA = new ModelFacts("llama", PolicyText.DIGEST, Set.of(PolicyText.SIGNER), 3);
    static final Facts ALLOWED = new Facts(user("anna", "staff"), Scope.INFER, Optional.of("confidential"),
            List.of(check("disk.encryption", CheckStatus.PASS), check("swap", CheckStatus.PASS), check("kernel.version", CheckStatus.PASS)), true, LLAMA, 2000, 1000, 50, new Recent(4, 1950),
            Instant.parse("2026-11-30T23:59:59.999999999Z"));

    static Principal user(String name, String... groups) {
        return new Principal(Principal.Kind.USER, name, Set.of(groups));
    }

    static Principal service(String name) {
        return new Principal(Principal.Kind.SERVICE, name, Set.of());
    }

    static CheckResult check(String id, CheckStatus status) {
        return new CheckResult(id, status, "seen in a test", status == CheckStatus.PASS ? "" : "mend it");
    }

    Request request() {
        return new Request(principal, scope, dataClass);
    }

    /** The decision of each stage. */
    List<Decision> decisions(GuardPolicy policy) {
        var decider = new PolicyDecider(policy);
        return List.of(decider.beforeServing(request(), now), decider.beforeOpening(request(), new Posture(now, checks), audited, now),
                decider.beforeUse(request(), model, now), decider.beforeSession(request(), context, now),
                decider.beforeGenerating(request(), promptTokens, newTokens, recent, now), decider.mayKeep(request(), Keeping.SESSIONS, now),
                decider.mayKeep(request(), Keeping.PROMPTS, now));
    }

    /** All that is asked, in the order in which it is asked. */
    List<RuleResult> trace(GuardPolicy policy) {
        return decisions(policy).stream().flatMap(decision -> decision.trace().stream()).toList();
    }

    Facts by(Principal other) {
        return new Facts(other, scope, dataClass, checks, audited, model, context, promptTokens, newTokens, recent, now);
    }

    Facts with(Scope other) {
        return new Facts(principal, other, dataClass, checks, audited, model, context, promptTokens, newTokens, recent, now);
    }

    Facts on(String other) {
        return new Facts(principal, scope, Optional.ofNullable(other), checks, audited, model, context, promptTokens, newTokens, recent, now);
    }

    Facts seeing(CheckResult... others) {
        return new Facts(principal, scope, dataClass, List.of(others), audited, model, context, promptTokens, newTokens, recent, now);
    }

    Facts unaudited() {
        return new Facts(principal, scope, dataClass, checks, false, model, context, promptTokens, newTokens, recent, now);
    }

    Facts with(ModelFacts other) {
        return new Facts(principal, scope, dataClass, checks, audited, other, context, promptTokens, newTokens, recent, now);
    }

    Facts asking(long otherContext, long otherPrompt, long otherNew, Recent otherRecent) {
        return new Facts(principal, scope, dataClass, checks, audited, model, otherContext, otherPrompt, otherNew, otherRecent, now);
    }

    Facts at(String time) {
        return new Facts(principal, scope, dataClass, checks, audited, model, context, promptTokens, newTokens, recent, Instant.parse(time));
    }
}
