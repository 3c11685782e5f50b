package dev.lockstep.guard.posture;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of a device at a moment.
 *
 * @param at when the checks were made
 * @param results one for each check, in a fixed order
 */
public record Posture(Instant at, List<CheckResult> results) {
    public Posture {
        results = List.copyOf(results);
    }

    /** What a check found, if it was made. */
    public Optional<CheckResult> result(String check) {
        return results.stream().filter(each -> each.check().equals(check)).findFirst();
    }

    /** How many checks found this. */
    public long count(CheckStatus status) {
        return results.stream().filter(each -> each.status() == status).count();
    }

    /** True if no check failed; what is unknown counts for nothing here, a policy may say otherwise. */
    public boolean isFit() {
        return results.stream().noneMatch(each -> each.status() == CheckStatus.FAIL);
    }
}
