package dev.lockstep.app;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Who decrypts. */
final class AgeIdentityOptions {
    @Option(names = {"-i", "--age-identity"}, paramLabel = "FILE",
            description = "For encrypted files: keys of age, as keygen --age-identity or age-keygen writes them; may be given several times. Without, a passphrase is"
                    + " asked for on the terminal.")
    private List<Path> files = List.of();

    /** Opens a checkpoint with the identities it needs. */
    interface Opening {
        VerifiedCheckpoint open(List<AgeIdentity> identities) throws IOException;
    }

    /** The caller closes them. */
    AgeIdentities identities() {
        return new AgeIdentities(files);
    }

    /** Opens a file, with identities or a passphrase if it is encrypted. */
    static VerifiedCheckpoint opening(AgeIdentities identities, CommandSpec command, Path file, Opening opening) throws IOException {
        return opening.open(CheckpointLoader.isEncrypted(file) ? of(identities, command, file) : List.of());
    }

    /** Those that may open a file; borrowed. */
    static List<AgeIdentity> of(AgeIdentities identities, CommandSpec command, Path encrypted) {
        return identities.orPassphrase(() -> Passphrase.ask(command, "Passphrase of " + encrypted.getFileName()));
    }
}
