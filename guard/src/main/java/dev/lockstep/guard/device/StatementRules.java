package dev.lockstep.guard.device;

import dev.lockstep.loader.signing.KeyId;
import java.time.Duration;
import java.util.Set;

/**
 * What a verifier asks of a statement beside its signatures.
 *
 * @param requiredChecks that must have passed; failed, unknown and missing are the same here
 * @param revokedKeys ids of device keys that do not count any more, whatever certificate they show
 * @param maxLifetime the longest time that a statement may want to count for
 * @param clockSkew by how much the clock of a device may be ahead
 */
public record StatementRules(Set<String> requiredChecks, Set<KeyId> revokedKeys, Duration maxLifetime, Duration clockSkew) {
    /** No check is required and no key revoked; ten minutes, with a minute of skew. */
    public static final StatementRules DEFAULT = new StatementRules(Set.of(), Set.of(), Duration.ofMinutes(10), Duration.ofMinutes(1));

    public StatementRules {
        requiredChecks = Set.copyOf(requiredChecks);
        revokedKeys = Set.copyOf(revokedKeys);
    }

    /** The same with these checks. */
    public StatementRules requiring(Set<String> checks) {
        return new StatementRules(checks, revokedKeys, maxLifetime, clockSkew);
    }

    /** The same without these keys. */
    public StatementRules revoking(Set<KeyId> keys) {
        return new StatementRules(requiredChecks, keys, maxLifetime, clockSkew);
    }
}
