package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.guard.posture.UnseenException;

/**
 * One thing that is looked at.
 *
 * @param id as policies and logs call it
 * @param remedy how to mend it, one line
 * @param look what is looked at, and what it means
 */
public record Check(String id, String remedy, Look look) {
    /** Looks; says what it cannot see by {@link UnseenException}. */
    @FunctionalInterface
    public interface Look {
        Finding look(DeviceView device, PostureScope scope) throws UnseenException;
    }

    /** Never throws: whatever goes wrong, it is then unknown whether all is well. */
    public CheckResult on(DeviceView device, PostureScope scope) {
        Finding finding;
        try {
            finding = look.look(device, scope);
        } catch (UnseenException e) {
            finding = Finding.unknown(e.getMessage());
        } catch (RuntimeException e) {
            finding = Finding.unknown("the check itself failed: " + e.getClass().getSimpleName());
        }
        return new CheckResult(id, finding.status(), finding.evidence(), finding.status() == CheckStatus.PASS ? "" : remedy);
    }
}
