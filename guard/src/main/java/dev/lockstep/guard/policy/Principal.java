package dev.lockstep.guard.policy;

import java.util.Locale;
import java.util.Set;

/**
 * Who asks.
 *
 * @param kind of identity
 * @param name of the user or service
 * @param groups of a user; of a service, none
 */
public record Principal(Kind kind, String name, Set<String> groups) {
    /** How somebody is known. */
    public enum Kind {
        /** The operating system says so. */
        USER,
        /** Who holds the token of a service that the policy names. */
        SERVICE
    }

    public Principal {
        groups = Set.copyOf(groups);
    }

    /** As logs call it: {@code user:anna}. */
    public String id() {
        return kind.name().toLowerCase(Locale.ROOT) + ':' + name;
    }
}
