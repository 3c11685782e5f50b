package dev.lockstep.app;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.PassphraseIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Who decrypts. */
final class AgeIdentityOptions {
    @Option(names = {"-i", "--age-identity"}, paramLabel = "FILE",
            description = "For files that end in .age: keys of age, as keygen --age-identity or age-keygen writes them; may be given several times. Without, a passphrase is"
                    + " asked for on the terminal.")
    private List<Path> files = List.of();

    /** Opens a checkpoint with the identities it needs. */
    interface Opening {
        VerifiedCheckpoint open(List<AgeIdentity> identities) throws IOException;
    }

    /** Opens a file, with identities or a passphrase if it is encrypted; they are closed afterwards. */
    VerifiedCheckpoint opening(CommandSpec command, Path file, Opening opening) throws IOException {
        List<AgeIdentity> all = CheckpointLoader.isEncrypted(file) ? open(command, file) : List.of();
        try {
            return opening.open(all);
        } finally {
            all.forEach(AgeIdentity::close);
        }
    }

    /** The caller closes them. */
    List<AgeIdentity> open(CommandSpec command, Path encrypted) {
        var identities = new ArrayList<AgeIdentity>();
        if (files.isEmpty()) {
            char[] passphrase = Passphrase.ask(command, "Passphrase of " + encrypted.getFileName());
            try {
                identities.add(PassphraseIdentity.of(passphrase));
            } finally {
                Arrays.fill(passphrase, '\0');
            }
        }
        files.forEach(file -> identities.addAll(AgeIdentityFile.read(file)));
        return identities;
    }
}
