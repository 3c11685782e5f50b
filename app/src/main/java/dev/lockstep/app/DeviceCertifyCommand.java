package dev.lockstep.app;

import dev.lockstep.guard.device.DeviceCertificate;
import dev.lockstep.guard.device.SignedCertificate;
import dev.lockstep.loader.signing.SigningKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep device certify}: what an administrator does with the public key of a device. */
@Command(name = "certify", description = "Signs that a key is that of a device: for its administrator.")
final class DeviceCertifyCommand extends IoCommand {
    @Parameters(paramLabel = "REQUEST.pem", description = "The public key of the device, as device key --out writes it.")
    private Path request;

    @Option(names = "--private-key", required = true, paramLabel = "FILE", description = "The administrator's key (PEM; lockstep keygen makes them).")
    private Path privateKey;

    @Option(names = "--encrypted", description = "The key is encrypted; ask for its passphrase on the terminal.")
    private boolean encrypted;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What the device is called: lower-case letters, digits, dots, dashes and underscores.")
    private String name;

    @Option(names = "--days", required = true, paramLabel = "D", description = "How long the certificate counts from now on.")
    private int days;

    @Option(names = "--group", paramLabel = "NAME", description = "A group that the device belongs to; may be given several times.")
    private List<String> groups = List.of();

    @Mixin
    private OutOption out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var key = DeviceCertificate.requestedKey(request);
        Instant now = io.guard().endpoint().clock().instant().truncatedTo(ChronoUnit.SECONDS);
        DeviceCertificate certificate = Arguments.checked(spec, () ->
                new DeviceCertificate(name, key, now, now.plus(Duration.ofDays(days)), Set.copyOf(groups)));
        SignedCertificate signed = SignedCertificate.sign(certificate, administrator());
        out.write(io, new String(signed.toJson(), StandardCharsets.UTF_8) + '\n');
        io.err().println("lockstep: " + certificate.name() + ": key " + certificate.keyId() + ", counts until " + certificate.notAfter());
        return ExitCode.OK;
    }

    private KeyPair administrator() {
        char[] passphrase = encrypted ? Passphrase.ask(spec, "Passphrase of " + privateKey) : null;
        try {
            return SigningKeys.readKeyPair(privateKey, passphrase);
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, '\0');
            }
        }
    }
}
