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
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.gate.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The records of what one request does to one model, and the refusals that follow from decisions. Thread-safe. */
final class RequestRecord {
    /** What a decision that is no refusal and no warning is called. */
    private static final String ALLOW = "allow";

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

    void add(AuditEvent event) {
        guard.journal().add(event);
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
            guard.journal().monitor().refused(refusal.rule());
            add(because(event, Reaction.REFUSE, refusal));
            throw new RefusedException(refusal.rule(), refusal.reason());
        });
        decision.warnings().forEach(guard.options().warnings());
    }

    private AuditEvent because(AuditEvent event, Reaction reaction, RuleResult rule) {
        return event.with(AuditField.DECISION, reaction.id()).with(AuditField.RULE, rule.rule()).with(AuditField.REASON, named(rule.reason()));
    }

    private String named(String text) {
        List<Path> paths = Stream.of(Stream.of(model), guard.models().paths().stream(), guard.options().scope().folders().stream())
                .flatMap(Function.identity()).toList();
        return new FileNames(paths).in(text);
    }

    /** What a refusal is recorded as: some hit a limit, which is something else to whoever reads the log. */
    AuditEvent refusal(Decision decision) {
        boolean isLimit = decision.refusal().map(refusal -> RefusedException.isLimit(refusal.rule())).orElse(false);
        return event(isLimit ? AuditEventType.LIMIT_HIT : AuditEventType.POLICY_DECISION);
    }

    /**
     * Asks whether the device is fit, and records what was found if somebody looked.
     *
     * @param toOpen true if the model is to be opened: then somebody looks in any case
     * @return the decision, which is not recorded
     */
    Decision askDevice(boolean toOpen) {
        Optional<PostureRule> rule = dataClass().map(DataClass::posture);
        Optional<DeviceWatch.Look> look = rule.map(demand -> toOpen ? guard.device().look(demand, model) : guard.device().current(demand, model));
        look.filter(DeviceWatch.Look::isNew).ifPresent(seen -> addPosture(rule.orElseThrow(), seen));
        Posture posture = look.map(DeviceWatch.Look::posture).orElseGet(() -> new Posture(guard.now(), List.of()));
        return guard.decider().beforeOpening(request, posture, guard.options().isAudited(), guard.now());
    }

    private void addPosture(PostureRule rule, DeviceWatch.Look look) {
        for (CheckResult result : look.changed()) {
            Reaction reaction = rule.reactions(result.check()).to(result.status());
            if (reaction != Reaction.IGNORE || result.status() == CheckStatus.PASS) {
                add(event(AuditEventType.POSTURE_RESULT).with(AuditField.CHECK, result.check()).with(AuditField.STATUS, word(result.status()))
                        .with(AuditField.DECISION, reaction == Reaction.IGNORE ? ALLOW : reaction.id()).with(AuditField.REASON, named(result.evidence())));
            }
        }
        long failed = count(look.posture(), CheckStatus.FAIL);
        long unknown = count(look.posture(), CheckStatus.UNKNOWN);
        CheckStatus all = failed > 0 ? CheckStatus.FAIL : unknown > 0 ? CheckStatus.UNKNOWN : CheckStatus.PASS;
        add(event(AuditEventType.POSTURE_RESULT).with(AuditField.STATUS, word(all))
                .with(AuditField.REASON, look.posture().results().size() + " checks, " + failed + " failed, " + unknown + " cannot tell"));
    }

    private static long count(Posture posture, CheckStatus status) {
        return posture.results().stream().filter(result -> result.status() == status).count();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
