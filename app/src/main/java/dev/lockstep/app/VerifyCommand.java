package dev.lockstep.app;

import dev.lockstep.loader.signing.Certificates;
import dev.lockstep.loader.signing.ModelVerifier;
import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedCertificates;
import dev.lockstep.loader.signing.TrustedKeys;
import dev.lockstep.loader.signing.TrustedSigners;
import dev.lockstep.loader.signing.VerifyOptions;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep verify}: says whether a model is what a publisher signed. */
@Command(name = "verify", description = "Verifies a model file or folder against its signature (OpenSSF Model Signing v1.0).")
final class VerifyCommand extends IoCommand {
    @Parameters(paramLabel = "PATH", description = "The model: a file or a folder.")
    private Path model;

    @Option(names = "--signature", paramLabel = "FILE",
            description = "The signature. Default: PATH.sig for a file, PATH/model.sig for a folder.")
    private Path signature;

    @ArgGroup(multiplicity = "1")
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

        TrustedSigners signers() {
            if (identity != null) {
                return TrustedSigners.of(identity.trusted());
            }
            return publicKey != null
                    ? TrustedSigners.of(TrustedKeys.of(SigningKeys.readPublicKey(publicKey)))
                    : TrustedSigners.of(TrustedCertificates.of(Certificates.readPem(certificateChain)));
        }
    }

    @Option(names = "--ignore-paths", paramLabel = "PATH", description = "Unsigned files or folders that may be there.")
    private List<Path> ignorePaths = List.of();

    @Option(names = "--ignore-unsigned-files", description = "Accept any unsigned files beside the signed ones.")
    private boolean ignoreUnsignedFiles;

    @Option(names = "--legacy-v02", description = "Accept what release 0.2 of model_signing wrote, before there was a specification.")
    private boolean legacyV02;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws NoSuchFileException {
        if (Files.notExists(model)) {
            throw new NoSuchFileException(model.toString());
        }
        SignedManifest signed = ModelVerifier.verify(model, signature != null ? signature : SignaturePlace.of(model),
                trusted.signers(), new VerifyOptions(ignorePaths, ignoreUnsignedFiles, legacyV02));
        if (json) {
            var report = Json.object();
            report.put("verified", true);
            report.put("signer", signed.signer().key().hex());
            switch (signed.signer()) {
                case Signer.Key _ -> { }
                case Signer.Certificate certificate -> report.put("certificateSubject", certificate.subject());
                case Signer.Identity identity -> report.put("identity", identity.identity()).put("issuer", identity.issuer());
            }
            report.put("subject", signed.subjectName());
            report.put("rootDigest", signed.rootDigest());
            signed.names().forEach(report.putArray("files")::add);
            io.println(Json.pretty(report));
        } else {
            io.println("verified: " + signed.names().size() + " file(s) of " + Printable.text(signed.subjectName())
                    + ", signed with " + signed.signer().description());
        }
        return ExitCode.OK;
    }
}
