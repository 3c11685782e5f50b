package dev.lockstep.app;

import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.PassphraseIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Who decrypts. */
final class AgeIdentityOptions {
    @Option(names = {"-i", "--age-identity"}, paramLabel = "FILE",
            description = "Keys of age, as keygen --age-identity or age-keygen writes them; may be given several times. Without, a passphrase is"
                    + " asked for on the terminal.")
    private List<Path> files = List.of();

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
