package dev.lockstep.loader.gate;

import dev.lockstep.loader.Provenance;
import java.nio.file.Path;

/**
 * Who is asked before a model is opened and used, and told what became of it. One gate stands for one request: somebody who wants to use
 * models for data of one class. Implementations are safe for any number of threads.
 */
public interface ModelGate {
    /** Lets everything pass and records nothing. */
    ModelGate OPEN = new ModelGate() { };

    /**
     * Asked before a byte of a model's files is read, its signature included.
     *
     * @param model the file or folder that the caller named; of a file with several models, the file
     * @throws RefusedException if it may not be opened
     */
    default void opening(Path model) {
    }

    /**
     * Asked after that, still before a byte is read, if the caller does without anybody who vouches for the bytes: what nobody vouches for
     * has to be allowed before it is parsed.
     *
     * @throws RefusedException if such a model may not be opened
     */
    default void openingUnsigned(Path model) {
    }

    /**
     * Told that a model was not opened since its signature or its bytes were not as they should be.
     *
     * @param reason a word for the kind of failure, without content
     */
    default void rejected(Path model, String reason) {
    }

    /**
     * Asked when it is known which bytes were read and who vouches for them, before anything parses them. Of a model in several files,
     * what says which files those are had to be parsed before: the {@code config.json} and the index of a folder, the container of an HDF5
     * file. Each was compared with the signature first or, where there is none, let through by {@link #openingUnsigned}.
     *
     * @param version of the model's release statement, 0 if it has none
     * @throws RefusedException if they may not be used
     */
    default void verified(Path model, Provenance provenance, long version) {
    }

    /**
     * Told that a model that was let through is gone: its weights, or the copy of its files if none were made of it.
     *
     * @param zeroedBytes that were overwritten for it
     */
    default void closed(Path model, Provenance provenance, long zeroedBytes) {
    }

    /**
     * Who is asked about a new session of a model that is open, through this gate or another one: the model may have been opened for
     * somebody else.
     */
    default SessionGate session(Path model, Provenance provenance) {
        return SessionGate.OPEN;
    }
}
