package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditEventType;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.policy.Decision;
import dev.lockstep.guard.policy.ModelFacts;
import dev.lockstep.guard.policy.Request;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.SessionGate;
import java.nio.file.Path;
import java.util.TreeSet;

/**
 * The gate of one request.
 *
 * @param request who wants to use models, and on which data
 */
record GuardedModel(Guard guard, Request request) implements ModelGate {
    private RequestRecord record(Path model) {
        return new RequestRecord(guard, request, model);
    }

    @Override
    public void opening(Path model) {
        guard.now();
        RequestRecord record = record(model);
        record.decided(record.onDevice(record.posture(true)));
    }

    @Override
    public void openingUnsigned(Path model) {
        RequestRecord record = record(model);
        Decision decision = guard.decider().beforeUnsigned(request, guard.now());
        record.require(decision, record.refusal(decision));
    }

    @Override
    public void rejected(Path model, String reason) {
        record(model).add(record(model).event(AuditEventType.MODEL_VERIFY).with(AuditField.OUTCOME, "fail").with(AuditField.REASON, reason));
    }

    @Override
    public void verified(Path model, Provenance provenance, long version) {
        ModelFacts facts = ModelFacts.of(model, provenance, version);
        RequestRecord record = record(model);
        facts.signers().stream().sorted().forEach(signer -> record.add(record.event(AuditEventType.KEY_LOAD).with(AuditField.KEY, signer)));
        record.add(withFacts(record.event(AuditEventType.MODEL_VERIFY), facts).with(AuditField.OUTCOME, facts.signers().isEmpty() ? "unsigned" : "ok"));
        record.decided(guard.decider().beforeUse(request, facts, guard.now()));
        record.add(withFacts(record.event(AuditEventType.MODEL_OPEN), facts));
        guard.models().add(model, facts, record.demand());
    }

    private static AuditEvent withFacts(AuditEvent event, ModelFacts facts) {
        AuditEvent known = event.with(AuditField.MODEL_DIGEST, facts.sha256()).with(AuditField.MODEL_VERSION, facts.version());
        return facts.signers().isEmpty() ? known : known.with(AuditField.SIGNER, String.join(", ", new TreeSet<>(facts.signers())));
    }

    @Override
    public void closed(Path model, Provenance provenance, long zeroedBytes) {
        guard.models().remove(model, provenance, record(model).demand());
        guard.monitor().wiped(zeroedBytes);
        guard.addBeforeEnd(record(model).event(AuditEventType.MODEL_CLOSE).with(AuditField.MODEL_DIGEST, provenance.sha256())
                .with(AuditField.ZEROED_BYTES, zeroedBytes));
    }

    @Override
    public SessionGate session(Path model, Provenance provenance) {
        return new GuardedSession(guard, request, record(model), guard.models().facts(model, provenance));
    }
}
