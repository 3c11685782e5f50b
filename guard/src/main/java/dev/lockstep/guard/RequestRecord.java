package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.policy.DataClass;
import dev.lockstep.guard.policy.Decision;
import dev.lockstep.guard.policy.PostureRule;
import dev.lockstep.guard.policy.Reaction;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.guard.policy.RuleResult;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.gate.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The records of what one request does to one model, and the refusals that follow from decisions. Thread-safe. */
final class RequestRecord {
    /** What a decision that is no refusal and no warning is called. */
    static final String ALLOW = "allow";

    private final Guard guard;
    private final Request request;
    private final Path model;

    RequestRecord(Guard guard, Request request, Path model) {
        this.guard = guard;
        this.request = request;
        this.model = model;
    }

    /** An event with what all of them say: who, which data, which model. */
    AuditEvent event(AuditEventType type) {
        AuditEvent event = AuditEvent.of(type).with(AuditField.PRINCIPAL, request.principal().id())
                .with(AuditField.MODEL, String.valueOf(model.toAbsolutePath().normalize().getFileName()));
        return dataClass().map(found -> event.with(AuditField.DATA_CLASS, found.name())).orElse(event);
    }

    private Optional<DataClass> dataClass() {
        return guard.policy().dataClass(request.dataClass());
    }

    /** The name of what the request's data demands of the device. */
    String demand() {
        return dataClass().map(found -> found.posture().name()).orElse("");
    }

    void add(AuditEvent event) {
        guard.add(event);
    }

    /**
     * Records a decision: that it allows something, or all that it warns of.
     *
     * @throws RefusedException if it is a refusal
     */
    void decided(Decision decision) {
        require(decision, event(AuditEventType.POLICY_DECISION));
        List<RuleResult> warnings = decision.warnings();
        warnings.forEach(warning -> add(because(event(AuditEventType.POLICY_DECISION), Reaction.WARN, warning)));
        if (warnings.isEmpty()) {
            add(event(AuditEventType.POLICY_DECISION).with(AuditField.DECISION, ALLOW));
        }
    }

    /** The same for decisions that need no record of their own unless they are refusals: what follows from them has one. */
    void require(Decision decision, AuditEvent event) {
        decision.refusal().ifPresent(refusal -> {
            guard.monitor().refused(refusal.rule());
            add(because(event, Reaction.REFUSE, refusal));
            throw new RefusedException(refusal.rule(), refusal.reason());
        });
        decision.warnings().forEach(guard.options().warnings());
    }

    private AuditEvent because(AuditEvent event, Reaction reaction, RuleResult rule) {
        return event.with(AuditField.DECISION, reaction.id()).with(AuditField.RULE, rule.rule()).with(AuditField.REASON, names().in(rule.reason()));
    }

    private FileNames names() {
        return guard.names(model);
    }

    /** What a refusal is recorded as: some hit a limit, which is something else to whoever reads the log. */
    AuditEvent refusal(Decision decision) {
        boolean isLimit = decision.refusal().map(refusal -> RefusedException.isLimit(refusal.rule())).orElse(false);
        return event(isLimit ? AuditEventType.LIMIT_HIT : AuditEventType.POLICY_DECISION);
    }

    /**
     * What is known of the device, as the request's data demands it. What was found is recorded if somebody looked.
     *
     * @param toOpen true if the model is to be opened: then somebody looks in any case
     */
    Posture posture(boolean toOpen) {
        Optional<PostureRule> rule = dataClass().map(DataClass::posture);
        return rule.map(demand -> posture(demand, toOpen)).orElseGet(() -> new Posture(guard.now(), List.of()));
    }

    private Posture posture(PostureRule rule, boolean toOpen) {
        DeviceWatch.Look look = toOpen ? guard.device().look(rule, model) : guard.device().current(rule, model);
        if (look.isNew()) {
            guard.record(rule, look, event(AuditEventType.POSTURE_RESULT), names());
        }
        return look.posture();
    }

    /** Whether the device is fit: the decision, which is not recorded. */
    Decision onDevice(Posture posture) {
        return guard.decider().beforeOpening(request, posture, guard.options().isAudited(), guard.now());
    }
}
