package dev.lockstep.app;

import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.signing.Certificates;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelVerifier;
import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedCertificates;
import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.signing.VerifyOptions;
import dev.lockstep.loader.trust.PolicyVerifier.Assessment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep verify}: says whether a model is what a publisher signed. */
@Command(name = "verify", description = "Verifies a model file or folder against its signature (OpenSSF Model Signing v1.0).")
final class VerifyCommand extends IoCommand {
    @Parameters(paramLabel = "PATH", description = "The model: a file or a folder.")
    private Path model;

    @Option(names = "--signature", paramLabel = "FILE",
            description = "The signature. Default: PATH.sig for a file, without .age if there is none; PATH/model.sig for a folder.")
    private Path signature;

    @ArgGroup
    private Trusted trusted;

    /** Exactly one method: a key that is good does not make a certificate good. */
    private static final class Trusted {
        @Option(names = {"--public-key", "--key"}, required = true, paramLabel = "PEM", description = "The publisher's public key.")
        private Path publicKey;

        @Option(names = "--certificate-chain", required = true, paramLabel = "PEM",
                description = "Trusted certificates: of authorities, or of the publisher; may be given several times.")
        private List<Path> certificateChain;

        @ArgGroup(exclusive = false)
        private IdentityOptions identity;

        @ArgGroup(exclusive = false)
        private PolicyOptions policy;

        TrustPolicy policy() {
            if (policy != null) {
                return TrustPolicy.of(policy.rules());
            }
            if (identity != null) {
                return TrustPolicy.of(TrustedSigners.of(identity.trusted()));
            }
            return publicKey != null
                    ? TrustPolicy.of(TrustedKeys.of(SigningKeys.readPublicKey(publicKey)))
                    : TrustPolicy.of(TrustedSigners.of(TrustedCertificates.of(Certificates.readPem(certificateChain))));
        }
    }

    @Mixin
    private AgeIdentityOptions identities;

    @Option(names = "--ignore-paths", paramLabel = "PATH", description = "Unsigned files or folders that may be there.")
    private List<Path> ignorePaths = List.of();

    @Option(names = "--ignore-unsigned-files", description = "Accept any unsigned files beside the signed ones.")
    private boolean ignoreUnsignedFiles;

    @Option(names = "--legacy-v02", description = "Accept what release 0.2 of model_signing wrote, before there was a specification.")
    private boolean legacyV02;

    @Option(names = "--explain", description = "Print every rule that was asked, and which one decided.")
    private boolean explain;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws NoSuchFileException {
        if (Files.notExists(model)) {
            throw new NoSuchFileException(model.toString());
        }
        TrustPolicy trust = trust();
        if (legacyV02 && trust.rules().isPresent()) {
            throw new ParameterException(spec.commandLine(), "--legacy-v02 is of no use with a trust policy: release 0.2 signed no name");
        }
        var explanation = new Explanation();
        try {
            report(verify(trust, explanation), explanation);
        } catch (ModelSignatureException e) {
            refused(Explanation.name(e.reason()), e, explanation);
            throw e;
        } catch (AgeException e) {
            refused("age-" + Explanation.name(e.reason()), e, explanation);
            throw e;
        }
        return ExitCode.OK;
    }

    private TrustPolicy trust() {
        if (trusted != null) {
            return trusted.policy();
        }
        return PolicyOptions.ofUser().map(TrustPolicy::of).orElseThrow(() -> new ParameterException(spec.commandLine(),
                "whose signature counts? Give --public-key, --certificate-chain, --identity or --trust"));
    }

    private SignedManifest verify(TrustPolicy trust, Explanation explanation) {
        Path place = signature != null ? signature : SignaturePlace.existing(model);
        SignedManifest signed;
        try (var own = identities.identities(spec)) {
            signed = ModelVerifier.verify(model, place, trust.signers(), new VerifyOptions(ignorePaths, ignoreUnsignedFiles, legacyV02, own));
        }
        explanation.verified(signed);
        trust.rules().ifPresent(rules -> {
            Assessment assessment = rules.assess(ModelVerifier.plaintextOf(model, signed), place, signed,
                    ModelVerifier.filesOf(model, signed));
            explanation.decided(assessment.decision());
            assessment.decision().requireAllowed(model.toString());
        });
        return signed;
    }

    private void report(SignedManifest signed, Explanation explanation) {
        if (json) {
            var report = Json.object();
            report.put("verified", true);
            describe(signed.signer(), report.put("signer", signed.signer().key().hex()));
            signed.signers().forEach(signer -> describe(signer, report.withArray("signers").addObject().put("key", signer.key().hex())));
            report.put("subject", signed.subjectName());
            report.put("rootDigest", signed.rootDigest());
            signed.names().forEach(report.putArray("files")::add);
            print(report, explanation);
            return;
        }
        if (explain) {
            io.println(explanation.text());
        }
        io.println("verified: " + signed.names().size() + " file(s) of " + Printable.text(signed.subjectName()) + ", signed with "
                + signed.signers().stream().map(Signer::description).collect(Collectors.joining(" and ")));
    }

    private static void describe(Signer signer, ObjectNode json) {
        switch (signer) {
            case Signer.Key _ -> { }
            case Signer.Certificate certificate -> json.put("certificateSubject", certificate.subject());
            case Signer.Identity identity -> json.put("identity", identity.identity()).put("issuer", identity.issuer());
        }
    }

    /** On standard output, for whoever asked; the message goes to standard error as always. */
    private void refused(String reason, RuntimeException refusal, Explanation explanation) {
        explanation.refused(reason, refusal.getMessage());
        if (json) {
            print(Json.object().put("verified", false).put("reason", reason).put("message", refusal.getMessage()), explanation);
        } else if (explain) {
            io.println(explanation.text());
        }
    }

    private void print(ObjectNode report, Explanation explanation) {
        if (explain) {
            explanation.addTo(report.putArray("rules"));
        }
        io.println(Json.pretty(report));
    }
}
