package dev.lockstep.app;

import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeIdentities;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.EncryptedName;
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
        try (var identities = onDemand(command)) {
            return opening.open(EncryptedName.plain(file).isPresent() ? identities.of(file) : List.of());
        }
    }

    /** The caller closes it. */
    OnDemand onDemand(CommandSpec command) {
        return new OnDemand(command);
    }

    /** Identities that are read, or asked for, once the first encrypted file is met. Closing it closes them. */
    final class OnDemand implements AgeIdentities, AutoCloseable {
        private final CommandSpec command;
        private final List<AgeIdentity> all = new ArrayList<>();

        private OnDemand(CommandSpec command) {
            this.command = command;
        }

        @Override
        public List<AgeIdentity> of(Path encrypted) {
            if (all.isEmpty() && files.isEmpty()) {
                all.add(ask(encrypted));
            } else if (all.isEmpty()) {
                files.forEach(file -> all.addAll(AgeIdentityFile.read(file)));
            }
            return all;
        }

        private AgeIdentity ask(Path encrypted) {
            char[] passphrase = Passphrase.ask(command, "Passphrase of " + encrypted.getFileName());
            try {
                return PassphraseIdentity.of(passphrase);
            } finally {
                Arrays.fill(passphrase, '\0');
            }
        }

        @Override
        public void close() {
            all.forEach(AgeIdentity::close);
        }
    }
}
