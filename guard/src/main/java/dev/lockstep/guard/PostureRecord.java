package dev.lockstep.guard;

import dev.lockstep.guard.audit.AuditEvent;
import dev.lockstep.guard.audit.AuditField;
import dev.lockstep.guard.policy.PostureRule;
import dev.lockstep.guard.policy.Reaction;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import java.util.ArrayList;
import java.util.List;

/** The records of one look at the device: a result for each check that came to something new, and one for the whole. */
final class PostureRecord {
    private PostureRecord() {
    }

    /**
     * @param event what all of them say
     * @param names how paths are written
     */
    static List<AuditEvent> of(PostureRule rule, DeviceWatch.Look look, AuditEvent event, FileNames names) {
        List<AuditEvent> events = new ArrayList<>();
        for (CheckResult result : look.changed()) {
            Reaction reaction = rule.reactions(result.check()).to(result.status());
            if (reaction != Reaction.IGNORE || result.status() == CheckStatus.PASS) {
                events.add(event.with(AuditField.CHECK, result.check()).with(AuditField.STATUS, result.status().id())
                        .with(AuditField.DECISION, reaction == Reaction.IGNORE ? RequestRecord.ALLOW : reaction.id())
                        .with(AuditField.REASON, names.in(result.evidence())));
            }
        }
        events.add(whole(look.posture(), event));
        return events;
    }

    private static AuditEvent whole(Posture posture, AuditEvent event) {
        long failed = posture.count(CheckStatus.FAIL);
        long unknown = posture.count(CheckStatus.UNKNOWN);
        CheckStatus all = failed > 0 ? CheckStatus.FAIL : unknown > 0 ? CheckStatus.UNKNOWN : CheckStatus.PASS;
        return event.with(AuditField.STATUS, all.id())
                .with(AuditField.REASON, posture.results().size() + " checks, " + failed + " failed, " + unknown + " cannot tell");
    }
}
