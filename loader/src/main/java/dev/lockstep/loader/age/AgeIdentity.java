package dev.lockstep.loader.age;

import java.util.List;
import java.util.Optional;

/**
 * Somebody who may be able to decrypt a file. Holds a secret: whoever makes one closes it, which overwrites the secret with zeros. One
 * thread at a time.
 */
public abstract sealed class AgeIdentity implements AutoCloseable permits X25519Identity, HybridIdentity, PassphraseIdentity {
    AgeIdentity() {
    }

    /**
     * Takes the file key out of the stanzas of a header.
     *
     * @return nothing if none of them is for this identity
     * @throws AgeException if one of its kind is malformed
     */
    abstract Optional<byte[]> unwrap(List<Stanza> stanzas, String file);

    /** Overwrites the secret. Idempotent. */
    @Override
    public abstract void close();
}
