package dev.lockstep.app;

import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.PassphraseIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The identities of one command. Files of keys are read once, when they are needed first: one may be a pipe. Without any, each file has
 * a passphrase of its own. Whoever makes this closes it, which overwrites all secrets.
 */
final class AgeIdentities implements AutoCloseable {
    private final List<Path> files;
    private final List<AgeIdentity> read = new ArrayList<>();
    private final List<AgeIdentity> passphrases = new ArrayList<>();

    AgeIdentities(List<Path> files) {
        this.files = files;
    }

    /**
     * Those that may open or own a file, at least one; borrowed.
     *
     * @param asking gets the file's passphrase, if there are no files of keys
     */
    List<AgeIdentity> orPassphrase(Supplier<char[]> asking) {
        if (files.isEmpty()) {
            return List.of(passphrase(asking.get()));
        }
        if (read.isEmpty()) {
            files.forEach(file -> read.addAll(AgeIdentityFile.read(file)));
        }
        return List.copyOf(read);
    }

    private AgeIdentity passphrase(char[] characters) {
        try {
            AgeIdentity identity = PassphraseIdentity.of(characters);
            passphrases.add(identity);
            return identity;
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    @Override
    public void close() {
        read.forEach(AgeIdentity::close);
        passphrases.forEach(AgeIdentity::close);
    }
}
