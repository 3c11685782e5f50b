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

    /** True of a user whose name is not known. */
    boolean isNameless() {
        return kind == Kind.USER && isNumber(name);
    }

    /** True of a user one of whose groups has a name that is not known. */
    boolean hasNamelessGroup() {
        return groups.stream().anyMatch(Principal::isNumber);
    }

    /** See {@link Principals}: {@code uid:1234}; no name has a colon. */
    static boolean isNumber(String name) {
        return name.indexOf(':') >= 0;
    }

    /** As logs call it: {@code user:anna}. */
    public String id() {
        return kind.name().toLowerCase(Locale.ROOT) + ':' + name;
    }
}
