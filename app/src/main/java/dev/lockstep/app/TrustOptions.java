package dev.lockstep.app;

import dev.lockstep.guard.policy.GuardPolicy;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.Certificates;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedCertificates;
import dev.lockstep.loader.signing.TrustedIdentities;
import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.trust.PolicyVerifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** On whose word a model is opened: the same options for every command that opens one. */
final class TrustOptions {
    @Option(names = "--key", paramLabel = "PEM",
            description = "Public key of a publisher you trust; may be given several times. Default: the demo model's key.")
    private List<Path> keys = List.of();

    @Option(names = "--certificate-chain", paramLabel = "PEM",
            description = "Certificates you trust: of authorities, or of publishers. Without --key, only models signed with certificates are opened.")
    private List<Path> certificateChain = List.of();

    @ArgGroup(exclusive = false)
    private IdentityOptions identity;

    @ArgGroup(exclusive = false)
    private PolicyOptions policy;

    @Option(names = "--signature", paramLabel = "FILE",
            description = "The model's signature. Default: MODEL.sig, or model.sig in the same folder.")
    private Path signature;

    @Option(names = "--allow-unsigned",
            description = "Open the model without any proof of where it comes from, and say so.")
    private boolean allowUnsigned;

    @Mixin
    private GuardOption guard;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** True if the command line says where a signature lies. */
    boolean namesSignature() {
        return signature != null;
    }

    /** What opens models; a warning is printed if nobody has to vouch for them. */
    GuardedLoader loader(Io io) {
        return new GuardedLoader(policy(io), guard.gate(io));
    }

    /** What the guard decides by: that of the loader. */
    GuardPolicy guardPolicy(Io io) {
        return guard.policy(io);
    }

    private TrustPolicy policy(Io io) {
        if (allowUnsigned && policy != null) {
            throw new ParameterException(command.commandLine(), "--allow-unsigned asks nobody; it cannot be mixed with --trust");
        }
        if (allowUnsigned) {
            io.err().println("lockstep: WARNING: --allow-unsigned: nobody has vouched for this model.");
            return TrustPolicy.allowUnsigned();
        }
        TrustPolicy trust = rules().map(TrustPolicy::of)
                .orElseGet(() -> TrustPolicy.of(new TrustedSigners(trustedKeys(), trustedCertificates(), trustedIdentities())));
        return signature == null ? trust : trust.withSignature(signature);
    }

    private Optional<PolicyVerifier> rules() {
        if (policy == null) {
            return isNobodyNamed() ? PolicyOptions.ofUser() : Optional.empty();
        }
        if (!isNobodyNamed()) {
            throw new ParameterException(command.commandLine(), "--trust says whom to trust; it cannot be mixed with --key,"
                    + " --certificate-chain or --identity");
        }
        return Optional.of(policy.rules());
    }

    private boolean isNobodyNamed() {
        return keys.isEmpty() && certificateChain.isEmpty() && identity == null;
    }

    private TrustedKeys trustedKeys() {
        List<Path> files = isNobodyNamed() ? DemoModel.publicKey().stream().toList() : keys;
        return new TrustedKeys(files.stream().map(SigningKeys::readPublicKey).toList());
    }

    private TrustedCertificates trustedCertificates() {
        return TrustedCertificates.of(Certificates.readPem(certificateChain));
    }

    private TrustedIdentities trustedIdentities() {
        return identity == null ? TrustedIdentities.NONE : identity.trusted();
    }
}
