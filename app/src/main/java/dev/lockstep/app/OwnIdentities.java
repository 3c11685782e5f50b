package dev.lockstep.app;

import dev.lockstep.loader.age.AgeIdentities;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.PassphraseIdentity;
import dev.lockstep.securemem.Closing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The identities of one command. Files of keys are read once, when they are needed first: one may be a pipe. Without any, a passphrase is
 * asked for when the first encrypted file is met, and tried for all files of the model. Whoever makes this closes it, which overwrites
 * all secrets.
 */
final class OwnIdentities implements AgeIdentities, AutoCloseable {
    private final CommandSpec command;
    private final List<Path> files;
    /** What the files hold, once they are read. */
    private final List<AgeIdentity> keys = new ArrayList<>();
    /** The model's passphrase, once it is known. */
    private final List<AgeIdentity> ofModel = new ArrayList<>();
    private final List<AgeIdentity> ofOthers = new ArrayList<>();

    OwnIdentities(CommandSpec command, List<Path> files) {
        this.command = command;
        this.files = files;
    }

    @Override
    public List<AgeIdentity> of(Path encrypted) {
        if (!files.isEmpty()) {
            return fromFiles();
        }
        if (ofModel.isEmpty()) {
            ofModel.add(passphrase(() -> Passphrase.ask(command, "Passphrase of " + encrypted.getFileName())));
        }
        return List.copyOf(ofModel);
    }

    /**
     * Those that may open or own a file which has a passphrase of its own, if there are no files of keys; at least one, borrowed.
     *
     * @param asking gets that passphrase
     */
    List<AgeIdentity> orOwnPassphrase(Supplier<char[]> asking) {
        if (!files.isEmpty()) {
            return fromFiles();
        }
        AgeIdentity identity = passphrase(asking);
        ofOthers.add(identity);
        return List.of(identity);
    }

    private List<AgeIdentity> fromFiles() {
        if (keys.isEmpty()) {
            files.forEach(file -> keys.addAll(AgeIdentityFile.read(file)));
        }
        return List.copyOf(keys);
    }

    private static AgeIdentity passphrase(Supplier<char[]> asking) {
        char[] characters = asking.get();
        try {
            return PassphraseIdentity.of(characters);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    /** Overwrites all secrets before the command is done. Idempotent. */
    void forget() {
        close();
    }

    @Override
    public void close() {
        Closing.all(Stream.of(keys, ofModel, ofOthers).flatMap(List::stream).map(identity -> (Runnable) identity::close).toList());
    }
}
