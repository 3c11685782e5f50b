package dev.lockstep.app;

import dev.lockstep.loader.signing.Certificates;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelCosigner;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SignatureSet;
import dev.lockstep.loader.signing.SignedManifest;
import dev.lockstep.loader.signing.SigningException;
import dev.lockstep.loader.signing.SigningIdentity;
import dev.lockstep.loader.signing.SigningKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep sign}: OpenSSF Model Signing with a key, alone or with its certificate, as the first signer or one more. */
@Command(name = "sign", description = "Signs a model file or folder (OpenSSF Model Signing v1.0).")
final class SignCommand extends IoCommand {
    /** What a cosigner cannot choose any more. */
    private static final List<String> OF_FIRST_SIGNER = List.of("--shard-size", "--hash", "--ignore-paths", "--valid-from", "--valid-until");

    @Parameters(paramLabel = "PATH", description = "The model: a file, or a folder with all its files.")
    private Path model;

    @Option(names = "--private-key", required = true, paramLabel = "FILE", description = "The signing key (PEM).")
    private Path privateKey;

    @Option(names = "--encrypted", description = "The key is encrypted; ask for its passphrase on the terminal.")
    private boolean encrypted;

    @Option(names = {"--certificate", "--signing-certificate"}, paramLabel = "PEM",
            description = "The key's certificate; the model is then signed with it, and not with the bare key.")
    private Path certificate;

    @Option(names = "--certificate-chain", paramLabel = "PEM",
            description = "Certificates of the issuers, from the key's own issuer upwards; may be given several times.")
    private List<Path> certificateChain = List.of();

    @Option(names = "--signature", paramLabel = "FILE",
            description = "Where the signature goes. Default: PATH.sig for a file, PATH/model.sig for a folder.")
    private Path signature;

    @Option(names = "--cosign", description = "Sign what the existing signature says of the model, if it is true; the new signature goes"
            + " into a folder beside that one.")
    private boolean cosign;

    @ArgGroup(exclusive = false)
    private ReleaseOptions release;

    @Option(names = "--shard-size", paramLabel = "BYTES",
            description = "Hash files in shards of this size, side by side. Default: each file as a whole.")
    private Long shardSize;

    @Option(names = "--hash", paramLabel = "NAME", converter = HashNameConverter.class,
            description = "sha256, blake2b or blake3. Default: sha256, which every verifier knows.")
    private HashAlgorithm hash = HashAlgorithm.SHA_256;

    @Option(names = "--ignore-paths", paramLabel = "PATH", description = "Files or folders to leave out.")
    private List<Path> ignorePaths = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        requireSensibleOptions();
        char[] passphrase = encrypted ? Passphrase.ask(spec, "Passphrase of " + privateKey) : null;
        try {
            KeyPair keys = SigningKeys.readKeyPair(privateKey, passphrase);
            warnIfExposed();
            SigningIdentity signer = identity(keys);
            Path first = signature != null ? signature : SignaturePlace.of(model);
            SignedManifest signed = cosign
                    ? ModelCosigner.cosign(model, signer, first)
                    : ModelSigner.sign(model, signer, plan(), first, ignorePaths);
            Path target = cosign ? SignatureSet.cosignature(first, signed.signer().key()) : first;
            io.err().println("lockstep: " + target + ": " + signed.names().size() + " file(s) signed with " + signed.signer().description());
            if (release != null) {
                io.err().println("lockstep: " + (cosign ? release.cosign(first, signer) : release.sign(first, signer)));
            }
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, '\0');
            }
        }
        return ExitCode.OK;
    }

    private void requireSensibleOptions() {
        if (certificate == null && !certificateChain.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--certificate-chain is of no use without --certificate");
        }
        if (release != null) {
            Arguments.checked(spec, release::requireSensible);
        }
        for (String option : OF_FIRST_SIGNER) {
            if (cosign && spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(spec.commandLine(), option + " is for the first signer, not for --cosign");
            }
        }
    }

    private void warnIfExposed() {
        SigningKeys.exposure(privateKey).ifPresent(problem -> io.err().println("lockstep: WARNING: " + privateKey
                + ": the private key is not encrypted, and " + problem + "; chmod 600 it"));
    }

    private SigningIdentity identity(KeyPair keys) {
        try {
            return new SigningIdentity(keys, certificates());
        } catch (IllegalArgumentException e) {
            throw new SigningException(certificate.toString(), e.getMessage(), e);
        }
    }

    private HashPlan plan() {
        if (shardSize != null && shardSize <= 0) {
            throw new ParameterException(spec.commandLine(), "--shard-size=" + shardSize + " must be positive");
        }
        return new HashPlan(hash, shardSize == null ? HashPlan.WHOLE : shardSize);
    }

    private List<X509Certificate> certificates() {
        if (certificate == null) {
            return List.of();
        }
        return Certificates.readPem(Stream.concat(Stream.of(certificate), certificateChain.stream()).toList());
    }
}
