package dev.lockstep.loader.age;

/** Whoever knows a passphrase. */
public final class PassphraseRecipient extends AgeRecipient {
    private final PassphraseIdentity identity;

    PassphraseRecipient(PassphraseIdentity identity) {
        this.identity = identity;
    }

    @Override
    public Label label() {
        return Label.ALONE;
    }

    @Override
    Stanza wrap(byte[] fileKey) {
        return identity.wrap(fileKey);
    }
}
