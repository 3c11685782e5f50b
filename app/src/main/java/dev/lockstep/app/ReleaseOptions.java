package dev.lockstep.app;

import dev.lockstep.loader.signing.ReleaseSigner;
import dev.lockstep.loader.signing.ReleaseStatement;
import dev.lockstep.loader.signing.SignedRelease;
import dev.lockstep.loader.signing.SigningIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which version of a model is signed. */
final class ReleaseOptions {
    @Option(names = "--release", required = true, paramLabel = "VERSION",
            description = "Say besides which version of the model this is: a number that grows with each release. Whoever has used a version"
                    + " under a trust policy will not take an older one.")
    private long version;

    @Option(names = "--valid-from", paramLabel = "TIME", description = "The release may not be used before, as 2026-11-26T12:00:00Z.")
    private Instant validFrom;

    @Option(names = "--valid-until", paramLabel = "TIME", description = "The release may not be used from then on.")
    private Instant validUntil;

    /** @throws IllegalArgumentException if there can be no such release */
    boolean requireSensible() {
        String anyDigest = "0".repeat(64);
        new ReleaseStatement("model", anyDigest, version, Optional.ofNullable(validFrom), Optional.ofNullable(validUntil));
        return true;
    }

    /** Writes the statement and says so. */
    String sign(Path signature, SigningIdentity signer) {
        return describe(signature, "signed",
                ReleaseSigner.sign(signature, signer, version, Optional.ofNullable(validFrom), Optional.ofNullable(validUntil)));
    }

    /** Adds a signature to the statement that is there, and says so. */
    String cosign(Path signature, SigningIdentity signer) {
        return describe(signature, "cosigned", ReleaseSigner.cosign(signature, signer, version));
    }

    private static String describe(Path signature, String done, ReleaseStatement release) {
        return SignedRelease.place(signature) + ": version " + release.version() + ' ' + done
                + release.notBefore().map(time -> ", valid from " + time).orElse("")
                + release.notAfter().map(time -> ", valid until " + time).orElse("");
    }
}
