package dev.lockstep.app;

import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.HybridIdentity;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep keygen}: makes a key pair for signing models, or an identity for encrypted files. */
@Command(name = "keygen", description = "Makes a key pair for signing models, and prints its id; or an identity for encrypted files, and prints its recipient.")
final class KeygenCommand extends IoCommand {
    @ArgGroup(multiplicity = "1")
    private Purpose purpose;

    private static final class Purpose {
        @ArgGroup(exclusive = false)
        private Signing signing;

        @ArgGroup(exclusive = false)
        private Encryption encryption;
    }

    private static final class Signing {
        @Option(names = {"--algorithm", "--curve"}, paramLabel = "NAME", converter = SigningAlgorithmConverter.class,
                description = "P-256, P-384, P-521, or ML-DSA-65, which withstands quantum computers. Default: P-384, which every verifier of"
                        + " model signatures knows.")
        private SigningAlgorithm algorithm = SigningAlgorithm.P384;

        @Option(names = "--private-key", required = true, paramLabel = "FILE",
                description = "Where the private key goes (PKCS#8 PEM, readable by you only).")
        private Path privateKey;

        @Option(names = "--public-key", required = true, paramLabel = "FILE", description = "Where the public key goes (PEM).")
        private Path publicKey;

        @Option(names = "--encrypt", description = "Encrypt the private key with a passphrase, asked for on the terminal.")
        private boolean encrypt;
    }

    private static final class Encryption {
        @Option(names = "--age-identity", required = true, paramLabel = "FILE",
                description = "Make an identity that decrypts files (age v1) instead, readable by you only.")
        private Path identity;

        @Option(names = "--post-quantum", description = "One that withstands quantum computers (ML-KEM-768 and X25519), with a recipient of 2,000 characters.")
        private boolean postQuantum;
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        io.println(purpose.signing != null ? makeKeys(purpose.signing) : makeIdentity(purpose.encryption));
        return ExitCode.OK;
    }

    private String makeKeys(Signing signing) {
        char[] passphrase = signing.encrypt ? Passphrase.choose(spec, "Passphrase for the new key") : null;
        try {
            KeyPair keys = SigningKeys.generate(signing.algorithm);
            SigningKeys.write(keys, signing.privateKey, signing.publicKey, passphrase);
            return KeyId.of(keys.getPublic()).hex();
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, '\0');
            }
        }
    }

    private static String makeIdentity(Encryption encryption) {
        if (encryption.postQuantum) {
            try (var identity = HybridIdentity.generate()) {
                AgeIdentityFile.write(encryption.identity, identity);
                return identity.recipient().toString();
            }
        }
        try (var identity = X25519Identity.generate()) {
            AgeIdentityFile.write(encryption.identity, identity);
            return identity.recipient().toString();
        }
    }
}
