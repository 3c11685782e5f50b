package dev.lockstep.app;

import dev.lockstep.guard.policy.Decision;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.guard.policy.Keeping;
import dev.lockstep.guard.policy.PolicyDecider;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.policy.RuleResult;
import dev.lockstep.guard.policy.Scope;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep policy explain}: what a policy would say to a request, and which rule decides. */
@Command(name = "explain", description = "Says what a guard policy would say to a request, rule by rule; exit code 3 tells that it would be refused.")
final class PolicyExplainCommand extends IoCommand {
    @Mixin
    private PolicyFileArgument file;

    @Mixin
    private AskerOptions asker;

    @Option(names = "--data-class", paramLabel = "NAME", description = "Of what is to be processed. Default: the policy's default.")
    private String dataClass;

    @Option(names = "--scope", paramLabel = "NAME", description = "infer, admin or metrics. Default: infer.", converter = ScopeConverter.class)
    private Scope scope = Scope.INFER;

    @Option(names = "--at", paramLabel = "TIME", description = "When, as 2027-01-31T12:00:00Z. Default: now.")
    private Instant at;

    @Mixin
    private DeviceFacts device;

    @Mixin
    private ModelFactOptions model;

    @Mixin
    private AmountOptions amounts;

    @Option(names = "--keep", arity = "1", paramLabel = "WHAT", description = "What is to outlive the session: sessions or prompts; may be given twice.",
            converter = KeepingConverter.class)
    private List<Keeping> keep = List.of();

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        GuardPolicy policy = file.read();
        Decision decision = decide(policy, new Request(asker.principal(), scope, Optional.ofNullable(dataClass)), at == null ? Instant.now() : at);
        io.println(json ? json(policy, decision) : text(decision));
        return decision.isAllowed() ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** All stages that there are facts for, as one. */
    private Decision decide(GuardPolicy policy, Request request, Instant now) {
        var decider = new PolicyDecider(policy);
        var stages = new ArrayList<Decision>();
        if (request.scope() == Scope.INFER) {
            stages.add(decider.beforeOpening(request, device.posture(policy, request, now), device.isAudited(), now));
            model.facts().ifPresent(facts -> stages.add(decider.beforeUse(request, facts, now)));
            stages.add(decider.beforeSession(request, amounts.context(), now));
            stages.add(decider.beforeGenerating(request, amounts.promptTokens(), amounts.newTokens(), amounts.recent(), now));
            keep.forEach(what -> stages.add(decider.mayKeep(request, what, now)));
        } else {
            stages.add(decider.beforeServing(request, now));
        }
        // every stage asks who it is; once is enough to read
        Set<RuleResult> trace = new LinkedHashSet<>();
        stages.forEach(stage -> trace.addAll(stage.trace()));
        return new Decision(List.copyOf(trace));
    }

    private static String text(Decision decision) {
        var text = new StringBuilder();
        decision.trace().forEach(result -> text.append(String.format("%-4s  %-24s  %s%n", word(result), result.rule(), Printable.text(result.reason()))));
        return text + decision.refusal().map(refusal -> "refused by " + refusal.rule()).orElse("allowed");
    }

    private static String word(RuleResult result) {
        return switch (result.outcome()) {
            case PASS -> "pass";
            case WARN -> "warn";
            case REFUSE -> "FAIL";
        };
    }

    private static String json(GuardPolicy policy, Decision decision) {
        var report = Json.object().put("policy", policy.name()).put("version", policy.version()).put("policyDigest", policy.sha256())
                .put("allowed", decision.isAllowed());
        decision.refusal().ifPresent(refusal -> report.put("rule", refusal.rule()));
        var rules = report.putArray("rules");
        decision.trace().forEach(result -> rules.addObject().put("rule", result.rule()).put("outcome", Explanation.name(result.outcome()))
                .put("reason", result.reason()));
        return Json.pretty(report);
    }

    private static final class ScopeConverter implements ITypeConverter<Scope> {
        @Override
        public Scope convert(String name) {
            return Arguments.named(name, Scope.values());
        }
    }

    private static final class KeepingConverter implements ITypeConverter<Keeping> {
        @Override
        public Keeping convert(String name) {
            return Arguments.named(name, Keeping.values());
        }
    }
}
