package dev.lockstep.loader.age;

/** Somebody for whom a file is encrypted. Immutable. */
public abstract sealed class AgeRecipient permits X25519Recipient, HybridRecipient, PassphraseRecipient {
    AgeRecipient() {
    }

    /** Wraps a file key. */
    abstract Stanza wrap(byte[] fileKey);

    /**
     * Recipients of one label may be mixed in one file, others not: a passphrase stands alone, and what a quantum computer could open
     * does not stand beside what it could not.
     */
    public abstract Label label();

    /** What may be mixed. */
    public enum Label { CLASSICAL, POST_QUANTUM, ALONE }
}
