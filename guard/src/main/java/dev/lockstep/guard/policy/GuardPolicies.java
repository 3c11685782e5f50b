package dev.lockstep.guard.policy;

import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.SeenVersions;
import dev.lockstep.loader.trust.SeenVersions.Kind;
import dev.lockstep.loader.trust.TrustFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Guard policies on disk. */
public final class GuardPolicies {
    private GuardPolicies() {
    }

    /**
     * Reads a policy, once.
     *
     * @param administrator who must have signed it, like a model of a single file, with the signature in {@code FILE.sig}; where nobody
     *     must, nobody but the user and the administrator of the machine may be able to change it
     * @throws TrustFileException if it cannot be read, is malformed, or others could have changed it
     * @throws ModelSignatureException if the administrator has not signed these bytes
     */
    public static GuardPolicy read(Path file, Optional<TrustedSigners> administrator) {
        return GuardPolicy.parse(TrustFiles.bytes(file, administrator), file.toString());
    }

    /**
     * The same for a policy that is to be used: its version is remembered, and none before it is accepted from then on that has its name and
     * may have the same author. Who must have signed it is one; who owns it, where nobody must.
     *
     * @param seen what this device remembers
     * @throws RefusedException if this device has seen a newer version
     * @throws ModelSignatureException if the administrator has not signed these bytes, or what the device remembers was tampered with
     */
    public static GuardPolicy readNewest(Path file, Optional<TrustedSigners> administrator, SeenVersions seen) {
        GuardPolicy policy = read(file, administrator);
        accept(policy, file, administrator, seen);
        return policy;
    }

    /**
     * Accepts a policy that was read, as above.
     *
     * @return true if the device has not used this version before
     */
    public static boolean accept(GuardPolicy policy, Path file, Optional<TrustedSigners> administrator, SeenVersions seen) {
        String remembered = author(file, administrator) + ' ' + policy.name();
        OptionalLong newest = seen.newest(Kind.GUARD_POLICY, remembered);
        if (newest.isPresent() && policy.version() < newest.getAsLong()) {
            throw new RefusedException("policy.version", file + " is " + policy.description() + ", but this device has seen version "
                    + newest.getAsLong() + "; put the newest one back");
        }
        seen.record(Kind.GUARD_POLICY, remembered, policy.version());
        return newest.isEmpty() || newest.getAsLong() < policy.version();
    }

    /** So that a policy which somebody else calls the same does not stand in the way of this one. */
    private static String author(Path file, Optional<TrustedSigners> administrator) {
        if (administrator.isPresent()) {
            return administrator.get().keys().keys().stream().map(key -> KeyId.of(key).hex()).sorted().collect(Collectors.joining(","));
        }
        try {
            return "uid:" + Files.getAttribute(file, "unix:uid");
        } catch (IOException e) {
            throw new TrustFileException(file.toString(), "has an owner who cannot be told: " + e.getMessage(), e);
        }
    }

    /** The JSON Schema (draft 2020-12) of policies: the text of docs/guard-policy.schema.json. */
    public static String schema() {
        return new String(resource("guard-policy.schema.json"), StandardCharsets.UTF_8);
    }

    /** A file that the program brings along. */
    static byte[] resource(String name) {
        try (var in = GuardPolicies.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
