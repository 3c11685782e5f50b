package dev.lockstep.guard.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is allowed in a policy, and yet hardly meant: sentences for whoever writes it. */
public final class PolicyReview {
    private final GuardPolicy policy;
    private final Instant now;
    private final List<String> findings = new ArrayList<>();

    private PolicyReview(GuardPolicy policy, Instant now) {
        this.policy = policy;
        this.now = now;
    }

    /** What is odd about a policy at a moment; empty if nothing is. */
    public static List<String> of(GuardPolicy policy, Instant now) {
        var review = new PolicyReview(policy, now);
        review.lookAtTimes();
        review.policy.principals().forEach(review::look);
        review.policy.dataClasses().forEach(review::look);
        review.lookForUnused();
        review.policy.models().forEach(review::look);
        review.lookAtAnybody();
        review.lookAtAnyModel();
        review.lookAtRates();
        review.find(policy.audit().required() && policy.audit().folder().isEmpty(), "a record is required, but its user chooses where; \"folder\" says it");
        return List.copyOf(review.findings);
    }

    private void find(boolean odd, String finding) {
        if (odd) {
            findings.add(finding);
        }
    }

    private void lookAtTimes() {
        policy.notAfter().ifPresent(end -> find(!now.isBefore(end), "the policy has ended, so it refuses everything"));
    }

    private void look(PrincipalEntry entry) {
        boolean infers = entry.scopes().contains(Scope.INFER);
        find(!entry.isAlive(now), entry.id() + " has expired");
        find(infers && entry.dataClasses().isEmpty(), entry.id() + " may use models, but process no data class");
        find(!infers && !entry.dataClasses().isEmpty(), entry.id() + " has data classes, but not the scope infer to process them with");
        find(entry.kind() == PrincipalEntry.Kind.SERVICE && entry.notAfter().isEmpty(), entry.id() + " has a token that never expires");
    }

    private void look(DataClass dataClass) {
        String name = "data class \"" + dataClass.name() + '"';
        find(policy.principals().stream().noneMatch(entry -> mayProcess(entry, dataClass)), name + " may be processed by nobody");
        dataClass.principals().ifPresent(ids -> policy.principals().stream()
                .filter(entry -> ids.contains(entry.id()) && !entry.dataClasses().contains(dataClass.name())).map(PrincipalEntry::id).sorted()
                .forEach(id -> findings.add(name + " is confined to " + id + " and others, but " + id + " does not have it among its data classes")));
        Limits limits = policy.limits(dataClass);
        limits.maxContext().ifPresent(context -> find(limits.maxPromptTokens().orElse(0) > context || limits.maxNewTokens().orElse(0) > context,
                name + " has a limit of tokens that is larger than that of the context, and never reached"));
    }

    private static boolean mayProcess(PrincipalEntry entry, DataClass dataClass) {
        return entry.scopes().contains(Scope.INFER) && entry.dataClasses().contains(dataClass.name())
                && dataClass.principals().map(ids -> ids.contains(entry.id())).orElse(true);
    }

    private void lookForUnused() {
        Set<String> models = policy.dataClasses().stream().flatMap(each -> each.models().stream()).collect(Collectors.toSet());
        policy.models().forEach(model -> find(!models.contains(model.name()), "model \"" + model.name() + "\" may be used on no data"));
        Set<PostureRule> postures = new HashSet<>(policy.dataClasses().stream().map(DataClass::posture).toList());
        policy.postures().forEach(posture -> find(!postures.contains(posture), "posture \"" + posture.name() + "\" is asked for by no data class"));
    }

    /** Systems call people by several names and in several ways; whoever is meant to get less must not become anybody. */
    private void lookAtAnybody() {
        List<PrincipalEntry> others = policy.principals().stream().filter(entry -> entry.kind() != PrincipalEntry.Kind.SERVICE && !entry.isForAny()).toList();
        policy.principals().stream().filter(PrincipalEntry::isForAny).forEach(any ->
                others.stream().filter(entry -> !entry.dataClasses().containsAll(any.dataClasses()) || !entry.scopes().containsAll(any.scopes()))
                        .forEach(entry -> findings.add("user:* may do what " + entry.id() + " may not, and whom the system calls otherwise is user:*")));
    }

    private void lookAtAnyModel() {
        boolean anybodySigns = policy.models().stream().anyMatch(model -> model.name().equals(ModelEntry.ANY) && model.signers().isEmpty());
        policy.models().stream().filter(model -> anybodySigns && !model.name().equals(ModelEntry.ANY) && model.digests().isEmpty()).forEach(model ->
                findings.add("model \"" + model.name() + "\" has no digests, and a copy of it that somebody else calls otherwise is \"*\""));
    }

    private void lookAtRates() {
        find(Stream.concat(Stream.of(policy.limits()), policy.dataClasses().stream().map(DataClass::limits))
                .anyMatch(limits -> limits.requestsPerMinute().isPresent() || limits.tokensPerMinute().isPresent()),
                "limits by the minute are those of one process: they bind a server, but each command line begins anew");
    }

    private void look(ModelEntry model) {
        boolean named = !model.name().equals(ModelEntry.ANY) && model.digests().isEmpty() && model.signers().isEmpty();
        find(named, "model \"" + model.name() + "\" has neither digests nor signers: any model of that name will do");
        boolean unsigned = policy.dataClasses().stream().anyMatch(each -> each.unsignedModels() && each.models().contains(model.name()));
        find(unsigned && !model.signers().isEmpty(), "model \"" + model.name() + "\" must be signed, which \"unsignedModels\" does not change");
    }
}
