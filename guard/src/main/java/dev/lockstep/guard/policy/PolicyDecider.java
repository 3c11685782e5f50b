package dev.lockstep.guard.policy;

import dev.lockstep.guard.posture.Posture;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks the rules of a policy, stage by stage. A pure function: the same policy and the same facts give the same decision, time being one
 * of the facts. Every stage asks again who is asking and for which data, so that nothing outlives its permission. Where in doubt, it
 * refuses. docs/guard-policy.md lists the rules.
 */
public final class PolicyDecider {
    private final GuardPolicy policy;

    public PolicyDecider(GuardPolicy policy) {
        this.policy = policy;
    }

    /** May somebody do what involves no data and no model: read counters, change what runs? */
    public Decision beforeServing(Request request, Instant now) {
        var trace = new Trace();
        new RequestRules(policy, request, now, trace).askPrincipal();
        return trace.decision();
    }

    /**
     * May a model be read, any?
     *
     * @param posture what was found out about the device; checks that are missing count as unknown
     * @param audited true if a record is kept as the policy asks for it
     */
    public Decision beforeOpening(Request request, Posture posture, boolean audited, Instant now) {
        return stage(request, now, (dataClass, trace) -> {
            if (policy.audit().required()) {
                trace.ask(Rule.AUDIT_REQUIRED, audited, audited ? "a record is kept" : "the policy asks for a record, and none is kept");
            }
            PostureRules.ask(dataClass.posture(), posture, trace);
        });
    }

    /** May a model be read for which nobody vouches, any? Before it is known which one it is. */
    public Decision beforeUnsigned(Request request, Instant now) {
        return stage(request, now, ModelRules::askUnsigned);
    }

    /** May this model be used, now that its bytes are verified? */
    public Decision beforeUse(Request request, ModelFacts model, Instant now) {
        return stage(request, now, (dataClass, trace) -> new ModelRules(policy, model, trace).ask(dataClass));
    }

    /** May there be a session of this length? In tokens. */
    public Decision beforeSession(Request request, long context, Instant now) {
        requireAmount("context", context);
        return stage(request, now, (dataClass, trace) ->
                askLimit(trace, Rule.LIMIT_CONTEXT, policy.limits(dataClass).maxContext(), context, "tokens of context"));
    }

    /**
     * May so much be read and generated?
     *
     * @param recent what the principal did in the last minute, without this
     */
    public Decision beforeGenerating(Request request, long promptTokens, long newTokens, Recent recent, Instant now) {
        requireAmount("promptTokens", promptTokens);
        requireAmount("newTokens", newTokens);
        return stage(request, now, (dataClass, trace) -> {
            Limits limits = policy.limits(dataClass);
            askLimit(trace, Rule.LIMIT_PROMPT_TOKENS, limits.maxPromptTokens(), promptTokens, "tokens of prompt");
            askLimit(trace, Rule.LIMIT_NEW_TOKENS, limits.maxNewTokens(), newTokens, "new tokens");
            askLimit(trace, Rule.LIMIT_REQUESTS_PER_MINUTE, limits.requestsPerMinute(), Amounts.sum(recent.requests(), 1), "requests in a minute");
            askLimit(trace, Rule.LIMIT_TOKENS_PER_MINUTE, limits.tokensPerMinute(), Amounts.sum(recent.tokens(), Amounts.sum(promptTokens, newTokens)),
                    "tokens in a minute");
        });
    }

    /** May this outlive the session? */
    public Decision mayKeep(Request request, Keeping what, Instant now) {
        return stage(request, now, (dataClass, trace) -> {
            boolean allowed = what == Keeping.SESSIONS ? dataClass.saveSessions() : dataClass.logPrompts();
            trace.ask(what == Keeping.SESSIONS ? Rule.KEEP_SESSIONS : Rule.KEEP_PROMPTS, allowed, "data class \"" + dataClass.name() + "\" "
                    + (allowed ? "allows it" : "does not allow it"));
        });
    }

    /** What a stage asks besides what all ask. */
    private interface Stage {
        void ask(DataClass dataClass, Trace trace);
    }

    private Decision stage(Request request, Instant now, Stage stage) {
        var trace = new Trace();
        Optional<DataClass> dataClass = new RequestRules(policy, request, now, trace).askDataClass();
        dataClass.ifPresent(found -> stage.ask(found, trace));
        return trace.decision();
    }

    private static void askLimit(Trace trace, Rule rule, OptionalLong limit, long amount, String unit) {
        limit.ifPresent(most -> trace.ask(rule, amount <= most, amount + " " + unit + "; at most " + most));
    }

    private static void requireAmount(String name, long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException(name + '=' + amount + " must not be negative");
        }
    }
}
