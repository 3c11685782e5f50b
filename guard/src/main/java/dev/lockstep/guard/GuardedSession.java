package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.policy.Decision;
import dev.lockstep.guard.policy.Keeping;
import dev.lockstep.guard.policy.ModelFacts;
import dev.lockstep.guard.policy.RateWindow.Admission;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.policy.Rule;
import dev.lockstep.guard.policy.RuleResult;
import dev.lockstep.guard.policy.RuleResult.Outcome;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import java.util.List;
import java.util.Optional;

/** The gate of one session. Used by whoever uses the session, one call at a time. */
final class GuardedSession implements SessionGate {
    private static final Decision STRANGER = new Decision(List.of(new RuleResult(Rule.MODEL_LISTED.id(), Outcome.REFUSE,
            "the model was not opened through this guard; open it with one of its gates")));

    private final Guard guard;
    private final Request request;
    private final RequestRecord record;
    private final Optional<ModelFacts> model;
    private final long number;
    /** What was set aside for the call that is running. */
    private Admission admission;
    /** What the device was fit by when it was asked about the last time. */
    private Posture fit;

    /** @param model which one it is; absent if the guard has let none through, and then there will be no session of it */
    GuardedSession(Guard guard, Request request, RequestRecord record, Optional<ModelFacts> model) {
        this.guard = guard;
        this.request = request;
        this.record = record;
        this.model = model;
        this.number = guard.nextSession();
    }

    private AuditEvent event(AuditEventType type) {
        return record.event(type).with(AuditField.SESSION, number);
    }

    private void require(Decision decision) {
        record.require(decision, record.refusal(decision).with(AuditField.SESSION, number));
    }

    private void requireFitDevice() {
        guard.requireOpen();
        requireFit(record.posture(false));
    }

    private void requireFit(Posture found) {
        require(record.onDevice(found));
        fit = found;
    }

    @Override
    public void opening(int context) {
        requireFitDevice();
        require(model.map(facts -> guard.decider().beforeUse(request, facts, guard.now())).orElse(STRANGER));
        require(guard.decider().beforeSession(request, context, guard.now()));
        record.add(event(AuditEventType.SESSION_OPEN).with(AuditField.CONTEXT, context).with(AuditField.MODEL_DIGEST, model.orElseThrow().sha256()));
        guard.monitor().sessionOpened();
    }

    @Override
    public void generating(long promptTokens, long maxTokens) {
        requireFitDevice();
        var now = guard.now();
        Admission asked = guard.rates().admit(request.principal(), promptTokens + maxTokens,
                recent -> guard.decider().beforeGenerating(request, promptTokens, maxTokens, recent, now));
        require(asked.decision());
        admission = asked;
    }

    /** Costs a look at two clocks, unless the device was looked at since or is to be looked at now. */
    @Override
    public void continuing() {
        guard.requireOpen();
        Posture found = record.posture(false);
        if (found != fit) {
            requireFit(found);
        }
    }

    @Override
    public void generated(Usage usage) {
        guard.rates().settle(admission, usage.promptTokens() + usage.generatedTokens());
        guard.monitor().generated(usage);
        record.add(event(AuditEventType.SESSION_USE).with(AuditField.PROMPT_TOKENS, usage.promptTokens())
                .with(AuditField.GENERATED_TOKENS, usage.generatedTokens()).with(AuditField.PREFILL_NANOS, usage.prefillNanos())
                .with(AuditField.DECODE_NANOS, usage.decodeNanos()).with(AuditField.OUTCOME, usage.outcome()));
    }

    @Override
    public void keeping() {
        require(guard.decider().mayKeep(request, Keeping.SESSIONS, guard.now()));
    }

    @Override
    public void saving() {
        keeping();
        record.add(event(AuditEventType.SESSION_SAVE));
    }

    @Override
    public void closed(long zeroedBytes) {
        guard.monitor().wiped(zeroedBytes);
        guard.addBeforeEnd(event(AuditEventType.SESSION_CLOSE).with(AuditField.ZEROED_BYTES, zeroedBytes));
    }
}
