package dev.lockstep.app;

import dev.lockstep.loader.signing.SignedManifest;

/** Who signed, for people. */
final class SignerText {
    private SignerText() {
    }

    /** {@code key ab12…}, or {@code the certificate of "CN=…", key ab12…}. */
    static String of(SignedManifest signed) {
        return signed.certificateSubject().map(subject -> "the certificate of \"" + Printable.text(subject) + "\", ").orElse("")
                + "key " + signed.signer();
    }
}
