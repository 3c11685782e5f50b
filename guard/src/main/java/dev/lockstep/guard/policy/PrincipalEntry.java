package dev.lockstep.guard.policy;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody whom a policy knows, and what they may do. Immutable.
 *
 * @param kind of identity
 * @param name of the user, group or service; {@value #ANY} for users whom no entry names, by their own name or that of a group
 * @param tokenSha256 of a service: 64 hex digits, the SHA-256 of its token
 * @param notAfter when this ends, if it does
 * @param scopes what they may do
 * @param dataClasses what they may process
 */
public record PrincipalEntry(Kind kind, String name, Optional<String> tokenSha256, Optional<Instant> notAfter, Set<Scope> scopes,
        Set<String> dataClasses) {
    /** Speaks for all users whom no other entry speaks for. */
    public static final String ANY = "*";

    /** How somebody is known. */
    public enum Kind {
        /** The operating system says who it is. */
        USER,
        /** The operating system says that they belong to it. */
        GROUP,
        /** Who holds its token. */
        SERVICE;

        /** As policies call it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public PrincipalEntry {
        scopes = Set.copyOf(scopes);
        dataClasses = Set.copyOf(dataClasses);
    }

    /** As data classes call it: {@code group:legal}. */
    public String id() {
        return kind.id() + ':' + name;
    }

    boolean isAlive(Instant at) {
        return notAfter.map(at::isBefore).orElse(true);
    }

    boolean names(Principal principal) {
        return switch (kind) {
            case USER -> principal.kind() == Principal.Kind.USER && name.equals(principal.name());
            case GROUP -> principal.kind() == Principal.Kind.USER && principal.groups().contains(name);
            case SERVICE -> principal.kind() == Principal.Kind.SERVICE && name.equals(principal.name());
        };
    }

    /** Who asks, if it is this service. */
    Principal asService() {
        return new Principal(Principal.Kind.SERVICE, name, Set.of());
    }

    boolean isForAny() {
        return kind == Kind.USER && name.equals(ANY);
    }

    /** True if it is for a user or a group whose name has to be known for it to speak. */
    boolean needsNameOf(Kind either) {
        return kind == either && !isForAny() && !Principal.isNumber(name);
    }
}
