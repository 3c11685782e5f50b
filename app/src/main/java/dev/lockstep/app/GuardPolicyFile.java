package dev.lockstep.app;

import dev.lockstep.guard.policy.GuardPolicies;
import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.SealedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

    /** What refuses in the machine's name. */
    static final String MACHINE_RULE = "policy.machine";

    /** What refuses a policy that cannot be read, is not its administrator's, or of which nobody can tell whether it is the newest. */
    private static final String READABLE_RULE = "policy.readable";
    private static final String SIGNATURE_RULE = "policy.signature";
    private static final String VERSION_RULE = "policy.version";

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

    /**
     * The policy in a folder, if there is one. What was meant to forbid something must not be overlooked: a link that leads nowhere is there.
     *
     * @throws RefusedException if that cannot be told, or there is the key of a policy only
     */
    static Optional<GuardPolicyFile> lyingIn(Path folder) {
        try {
            if (!isThere(folder)) {
                return Optional.empty();
            }
            Path real = folder.toRealPath();
            if (!Files.readAttributes(real, BasicFileAttributes.class).isDirectory()) {
                throw new RefusedException(READABLE_RULE, folder + " is no folder, so nobody can tell which guard policy applies");
            }
            Optional<Path> key = isThere(real.resolve(KEY)) ? Optional.of(folder.resolve(KEY)) : Optional.empty();
            if (isThere(real.resolve(NAME))) {
                return Optional.of(new GuardPolicyFile(folder.resolve(NAME), key));
            }
            key.ifPresent(alone -> {
                throw new RefusedException(READABLE_RULE, alone + " says who signs the guard policy beside it, and there is none; put it back");
            });
            return Optional.empty();
        } catch (IOException e) {
            throw new RefusedException(READABLE_RULE, "nobody can tell whether there is a guard policy in " + folder + ": " + e);
        }
    }

    /** Not {@code Files.exists}, which is false for what may not be looked at as well. */
    private static boolean isThere(Path file) throws IOException {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException _) {
            return false;
        }
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
            Optional<TrustedSigners> administrator = PolicyOptions.administrator(key);
            GuardPolicy read = GuardPolicies.read(policy, administrator);
            return new InUse(read, GuardPolicies.accept(read, policy, administrator, SealedState.in(seen)));
        } catch (TrustFileException | KeyFileException e) {
            throw new RefusedException(READABLE_RULE, e.getMessage());
        } catch (ModelSignatureException e) {
            throw new RefusedException(e.reason() == Reason.STATE_INVALID ? VERSION_RULE : SIGNATURE_RULE, e.getMessage());
        }
    }
}
