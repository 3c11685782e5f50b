package dev.lockstep.guard.device;

import dev.lockstep.loader.signing.KeyId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a verifier asks of a statement beside its signatures.
 *
 * @param requiredChecks that must have passed; failed, unknown and missing are the same here
 * @param revokedKeys ids of device keys that do not count any more, whatever certificate they show
 * @param maxLifetime the longest time that a statement may want to count for
 * @param maxAge how long before a statement its checks may have been made
 * @param clockSkew by how much the clock of a device may be ahead
 * @param audience who the verifier is: a statement must be for it, and name nobody else; if it is absent, the statement must name nobody
 */
public record StatementRules(Set<String> requiredChecks, Set<KeyId> revokedKeys, Duration maxLifetime, Duration maxAge, Duration clockSkew,
        Optional<String> audience) {
    /** No check is required and no key revoked; ten minutes, for checks of the last minute, with a minute of skew; no audience. */
    public static final StatementRules DEFAULT = new StatementRules(Set.of(), Set.of(), Duration.ofMinutes(10), Duration.ofMinutes(1),
            Duration.ofMinutes(1), Optional.empty());

    /** @throws IllegalArgumentException if a duration is negative, or the audience is none */
    public StatementRules {
        requiredChecks = Set.copyOf(requiredChecks);
        revokedKeys = Set.copyOf(revokedKeys);
        Times.requireNotNegative("maxLifetime", maxLifetime);
        Times.requireNotNegative("maxAge", maxAge);
        Times.requireNotNegative("clockSkew", clockSkew);
        audience.ifPresent(PostureStatement::requireAudience);
    }

    /** The same with these checks. */
    public StatementRules requiring(Set<String> checks) {
        return new StatementRules(checks, revokedKeys, maxLifetime, maxAge, clockSkew, audience);
    }

    /** The same without these keys. */
    public StatementRules revoking(Set<KeyId> keys) {
        return new StatementRules(requiredChecks, keys, maxLifetime, maxAge, clockSkew, audience);
    }

    /** The same for statements that are for somebody. */
    public StatementRules addressedTo(String who) {
        return new StatementRules(requiredChecks, revokedKeys, maxLifetime, maxAge, clockSkew, Optional.of(who));
    }
}
