package dev.lockstep.app;

import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.Closing;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A conversation that outlives the process. */
final class SessionOption {
    @Option(names = "--session", paramLabel = "FILE",
            description = {"Continues the conversation in FILE, if there is one, with the cache it has; and saves it there afterwards, encrypted for the first"
                    + " --age-identity or with a passphrase. It continues with the same model only. A failure leaves the file as it was."})
    private Path file;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Nothing to do if there is no such option. Otherwise asks for what is needed, so that nobody waits for an answer that cannot be saved. */
    Conversation conversation(OwnIdentities identities) throws IOException {
        if (file == null) {
            return new Conversation(null, List.of());
        }
        requireWritableFolder();
        return new Conversation(file, identities.orOwnPassphrase(() -> exists(file)
                ? Passphrase.ask(command, "Passphrase of " + file.getFileName())
                : Passphrase.choose(command, "Passphrase for " + file.getFileName())));
    }

    /** A link counts, so that it is refused and not taken for nothing. */
    private static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private void requireWritableFolder() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        if (!Files.isWritable(folder)) {
            throw new AccessDeniedException(folder.toString());
        }
    }

    /**
     * Where a session comes from, and where it goes.
     *
     * @param file null if it is not kept
     * @param owners at least one if it is; borrowed
     */
    record Conversation(Path file, List<AgeIdentity> owners) {
        /** A session that may be kept if it is to be. */
        Session open(Model model, SessionOptions options) throws IOException {
            Session session = isKept() && exists(file) ? model.openSession(file, owners, options) : model.newSession(options);
            try {
                requireSavable(session);
                return session;
            } catch (Throwable t) {
                Closing.after(t, session::close);
                throw t;
            }
        }

        private void requireSavable(Session session) {
            if (isKept()) {
                session.requireSavable();
            }
        }

        boolean isKept() {
            return file != null;
        }

        void save(Session session) throws IOException {
            if (isKept()) {
                session.save(file, owners.getFirst());
            }
        }
    }
}
