package dev.lockstep.app;

import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedRoot;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.PolicyVerifier;
import dev.lockstep.loader.trust.SealedState;
import dev.lockstep.loader.trust.TrustFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A trust policy, and what goes with it. */
final class PolicyOptions {
    private static final String POLICY = "trust.json";
    private static final String POLICY_KEY = "trust-key.pub.pem";

    @Option(names = "--trust", required = true, paramLabel = "POLICY",
            description = "A trust policy (docs/trust-policy.md). Default, if nothing else is trusted: ~/.config/lockstep/" + POLICY + ", if there is one.")
    private Path policy;

    @Option(names = "--policy-key", paramLabel = "PEM",
            description = "Who must have signed the policy, with lockstep sign POLICY. Default: nobody; only you may then be able to change it.")
    private Path policyKey;

    @Option(names = "--signer-key", paramLabel = "PEM",
            description = "Public key of which the policy holds the fingerprint only; may be given several times.")
    private List<Path> signerKeys = List.of();

    @Option(names = "--state", paramLabel = "FOLDER",
            description = "Where this device remembers the versions it has seen. Default: ~/.local/state/lockstep/seen.")
    private Path state;

    /** The policy of this user, if there is one. */
    static Optional<PolicyVerifier> ofUser() {
        Path file = UserFolders.configuration().resolve(POLICY);
        if (isAbsent(file)) {
            return Optional.empty();
        }
        var options = new PolicyOptions();
        options.policy = file;
        Path key = file.resolveSibling(POLICY_KEY);
        options.policyKey = isAbsent(key) ? null : key;
        return Optional.of(options.rules());
    }

    /** A link that leads nowhere is there: what was meant to forbid something must not be overlooked. */
    private static boolean isAbsent(Path file) {
        return Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whoever has the private half of a key, if there is one. */
    static Optional<TrustedSigners> administrator(Optional<Path> key) {
        // whoever can replace the key can replace the policy with it
        key.ifPresent(TrustFiles::requireProtected);
        return key.map(pem -> TrustedSigners.of(TrustedKeys.of(SigningKeys.readPublicKey(pem))));
    }

    PolicyVerifier rules() {
        return PolicyVerifier.of(TrustFiles.read(policy, administrator(Optional.ofNullable(policyKey))), signerKeys.stream().map(SigningKeys::readPublicKey).toList(),
                TrustedRoot.NONE, SealedState.in(state != null ? state : UserFolders.state().resolve("seen")), InstantSource.system());
    }
}
