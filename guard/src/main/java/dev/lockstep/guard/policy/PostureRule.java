package dev.lockstep.guard.policy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How fit a device must be. Immutable.
 *
 * @param name what data classes call it
 * @param checks what follows from the checks that it names
 * @param others what follows from all that it does not name
 * @param minKernel the first release of the operating system's kernel that is good enough, as {@code 6.8}; for whoever makes the checks
 * @param recheck how old the results may become in a process that goes on
 */
public record PostureRule(String name, Map<String, Reactions> checks, Reactions others, Optional<String> minKernel, Duration recheck) {
    public PostureRule {
        checks = Map.copyOf(checks);
    }

    /** What follows from a check. */
    public Reactions reactions(String check) {
        return checks.getOrDefault(check, others);
    }
}
