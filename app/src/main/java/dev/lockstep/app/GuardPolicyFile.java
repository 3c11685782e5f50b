package dev.lockstep.app;

import dev.lockstep.guard.policy.GuardPolicies;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.trust.SealedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the guard policy that applies is, and who must have signed it.
 *
 * @param policy a file
 * @param key of its administrator
 */
record GuardPolicyFile(Path policy, Optional<Path> key) {
    static final String NAME = "guard.json";
    private static final String KEY = "guard-key.pub.pem";

    /** What refuses a policy that cannot be read, or another one than the machine's. */
    private static final String READABLE_RULE = "policy.readable";
    private static final String MACHINE_RULE = "policy.machine";

    /**
     * A policy that applies.
     *
     * @param isNew true if this device has not used it, or this version of it, before
     */
    record InUse(GuardPolicy policy, boolean isNew) { }

    /**
     * The policy that applies: the machine's, which nothing replaces; else the one that was named, the user's, or the built-in one.
     *
     * @throws RefusedException if it cannot be read and believed, or another was named than the machine's
     */
    static InUse on(Endpoint endpoint, Optional<Path> named, Optional<Path> namedKey) {
        Optional<GuardPolicyFile> machine = lyingIn(endpoint.machine());
        machine.ifPresent(own -> named.filter(other -> !own.isSame(other)).ifPresent(other -> {
            throw new RefusedException(MACHINE_RULE, own.policy + " is the guard policy of this machine, which --guard cannot replace; leave --guard away");
        }));
        return machine.or(() -> named.map(file -> new GuardPolicyFile(file, namedKey)))
                .or(() -> lyingIn(endpoint.configuration()))
                .map(file -> file.read(endpoint.seen())).orElse(new InUse(GuardPolicy.BUILT_IN, false));
    }

    /** A link that leads nowhere is there: what was meant to forbid something must not be overlooked. */
    private static Optional<GuardPolicyFile> lyingIn(Path folder) {
        Path file = folder.resolve(NAME);
        Path key = folder.resolve(KEY);
        return isAbsent(file) ? Optional.empty() : Optional.of(new GuardPolicyFile(file, isAbsent(key) ? Optional.empty() : Optional.of(key)));
    }

    private static boolean isAbsent(Path file) {
        return Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isSame(Path other) {
        try {
            return Files.isSameFile(policy, other);
        } catch (IOException _) {
            return false;
        }
    }

    /** @param seen where this device remembers the versions it has seen */
    private InUse read(Path seen) {
        try {
            GuardPolicy read = GuardPolicies.read(policy, PolicyOptions.administrator(key));
            return new InUse(read, GuardPolicies.accept(read, policy, SealedState.in(seen)));
        } catch (TrustFileException | KeyFileException e) {
            throw new RefusedException(READABLE_RULE, e.getMessage());
        }
    }
}
