package dev.lockstep.loader.age;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Somebody who may be able to decrypt a file. Holds a secret: whoever makes one closes it, which overwrites the secret with zeros. One
 * thread at a time.
 */
public abstract sealed class AgeIdentity implements AutoCloseable permits X25519Identity, HybridIdentity, PassphraseIdentity {
    /** What is derived with this has no use in age, so that nothing of one can pass for something of the other. */
    private static final String MAC_INFO = "dev.lockstep/owner-mac/v1/";

    private final KeptSecret secret;

    /** @param secret overwritten with zeros: it is kept elsewhere from now on */
    AgeIdentity(byte[] secret) {
        this.secret = new KeptSecret(secret);
    }

    /** Computes with the secret; see {@link KeptSecret#with}. */
    final <T> T withSecret(Function<byte[], T> use) {
        return secret.with(use);
    }

    /** Who has to be named when a file is encrypted for this identity. */
    public abstract AgeRecipient recipient();

    /**
     * Takes the file key out of the stanzas of a header.
     *
     * @return nothing if none of them is for this identity
     * @throws AgeException if one of its kind is malformed
     */
    abstract Optional<byte[]> unwrap(List<Stanza> stanzas, String file);

    /**
     * A MAC that only the holder of this identity can make: its key is derived from the secret, and from nothing that others know.
     *
     * @param purpose what the text is, in ASCII: a MAC for one purpose is none for another
     * @param salt {@value OwnerMac#SALT_BYTES} random bytes for a text to write, or those that were written
     * @return the caller's to close; this identity is not needed any longer
     * @throws IllegalStateException if this identity is closed
     */
    public final OwnerMac newMac(String purpose, byte[] salt) {
        if (salt.length != OwnerMac.SALT_BYTES) {
            throw new IllegalArgumentException("salt.length=" + salt.length + " must be " + OwnerMac.SALT_BYTES);
        }
        byte[] macSecret = withSecret(own -> macSecret(own, salt));
        byte[] key = AgeCrypto.derive(macSecret, salt, MAC_INFO + purpose);
        try {
            return new OwnerMac(key);
        } finally {
            Arrays.fill(macSecret, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    /** What the keys of MACs are derived from: the secret itself, if it is nothing that could be guessed. The caller overwrites it. */
    byte[] macSecret(byte[] own, byte[] salt) {
        return own.clone();
    }

    /** Overwrites the secret. Idempotent. */
    @Override
    public final void close() {
        secret.close();
    }
}
