package dev.lockstep.app;

import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.EncryptedName;
import java.io.IOException;
import java.nio.file.Files;
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
        VerifiedCheckpoint open(List<? extends AgeIdentity> identities) throws IOException;
    }

    /** The caller closes them. */
    OwnIdentities identities(CommandSpec command) {
        return new OwnIdentities(command, files);
    }

    /** Opens a file, with identities or a passphrase if it is encrypted. */
    static VerifiedCheckpoint opening(OwnIdentities identities, Path file, Opening opening) throws IOException {
        return opening.open(EncryptedName.plain(file).isPresent() ? identities.of(file) : List.of());
    }

    /** True if a model, or a file of its folder, lies there encrypted: what is made of it and is not encrypted needs a word. */
    static boolean isEncrypted(Path model) throws IOException {
        if (!Files.isDirectory(model)) {
            return EncryptedName.plain(model).isPresent();
        }
        try (var files = Files.list(model)) {
            return files.anyMatch(file -> EncryptedName.plain(file).isPresent());
        }
    }
}
