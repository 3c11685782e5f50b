package dev.lockstep.guard.policy;

import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import java.util.List;
import java.util.TreeSet;

/** One rule for each check of the device: those that were made, and those that the policy asks for. */
final class PostureRules {
    private PostureRules() {
    }

    static void ask(PostureRule required, Posture posture, Trace trace) {
        var checks = new TreeSet<>(required.checks().keySet());
        posture.results().forEach(result -> checks.add(result.check()));
        for (String check : checks) {
            ask(check, required.reactions(check), posture.results().stream().filter(result -> result.check().equals(check)).toList(), trace);
        }
    }

    /** @param results of one check; should there be several, each counts */
    private static void ask(String check, Reactions reactions, List<CheckResult> results, Trace trace) {
        if (results.isEmpty()) {
            add(new CheckResult(check, CheckStatus.UNKNOWN, "the check was not made", ""), reactions, trace);
        }
        results.forEach(result -> add(result, reactions, trace));
    }

    private static void add(CheckResult result, Reactions reactions, Trace trace) {
        Reaction reaction = reactions.to(result.status());
        boolean ignored = result.status() != CheckStatus.PASS && reaction == Reaction.IGNORE;
        String remedy = reaction == Reaction.IGNORE || result.remedy().isEmpty() ? "" : "; " + result.remedy();
        trace.add(Rule.posture(result.check()), reaction.outcome(), (ignored ? "ignored: " : "") + result.status().id()
                + ", " + result.evidence() + remedy);
    }
}
