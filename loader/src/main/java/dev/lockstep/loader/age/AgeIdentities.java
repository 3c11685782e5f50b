package dev.lockstep.loader.age;

import java.nio.file.Path;
import java.util.List;

/**
 * Whoever may be able to decrypt what is met, made when the first encrypted file is met and not before: a passphrase is asked for then.
 * They belong to whoever made them, who closes them when all is done; who asks for them only borrows them.
 */
@FunctionalInterface
public interface AgeIdentities {
    /** Nobody: encrypted files are refused. */
    AgeIdentities NONE = _ -> List.of();

    /**
     * Who is to be tried, in order.
     *
     * @param encrypted the file, for a question to the user; the identities of several files may be the same
     */
    List<? extends AgeIdentity> of(Path encrypted);
}
