package dev.lockstep.app;

import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedKeys;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose certificates of devices count. */
final class AdminKeyOption {
    @Option(names = "--admin-key", required = true, paramLabel = "PEM", description = "Public key of an administrator; may be given several times.")
    private List<Path> keys = List.of();

    TrustedKeys value() {
        return new TrustedKeys(keys.stream().map(SigningKeys::readPublicKey).toList());
    }
}
