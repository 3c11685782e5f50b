package dev.lockstep.app;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep keygen}: makes a key pair for signing models. */
@Command(name = "keygen", description = "Makes a key pair for signing models, and prints its id.")
final class KeygenCommand extends IoCommand {
    @Option(names = {"--algorithm", "--curve"}, paramLabel = "NAME", converter = SigningAlgorithmConverter.class,
            description = "P-256, P-384, P-521, or ML-DSA-65, which withstands quantum computers. Default: ${DEFAULT-VALUE}, which every"
                    + " verifier of model signatures knows.")
    private SigningAlgorithm algorithm = SigningAlgorithm.P384;

    @Option(names = "--private-key", required = true, paramLabel = "FILE",
            description = "Where the private key goes (PKCS#8 PEM, readable by you only).")
    private Path privateKey;

    @Option(names = "--public-key", required = true, paramLabel = "FILE", description = "Where the public key goes (PEM).")
    private Path publicKey;

    @Option(names = "--encrypt", description = "Encrypt the private key with a passphrase, asked for on the terminal.")
    private boolean encrypt;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        char[] passphrase = encrypt ? Passphrase.choose(spec) : null;
        try {
            KeyPair keys = SigningKeys.generate(algorithm);
            SigningKeys.write(keys, privateKey, publicKey, passphrase);
            io.println(KeyId.of(keys.getPublic()).hex());
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, '\0');
            }
        }
        return ExitCode.OK;
    }
}
