package dev.lockstep.app;

import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep keygen}: makes a key pair for signing models. */
@Command(name = "keygen", description = "Makes a key pair for signing models, and prints its id.")
final class KeygenCommand extends IoCommand {
    @Option(names = "--curve", paramLabel = "CURVE", description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private EcCurve curve = EcCurve.P384;

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
            KeyPair keys = SigningKeys.generate(curve);
            SigningKeys.write(keys, privateKey, publicKey, passphrase);
            io.println(KeyId.of((ECPublicKey) keys.getPublic()).hex());
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, '\0');
            }
        }
        return ExitCode.OK;
    }
}
