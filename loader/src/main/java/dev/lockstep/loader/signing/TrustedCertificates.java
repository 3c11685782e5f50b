package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/**
 * The certificates on whose word signers are believed. Each may be that of a certification authority, or of a signer itself.
 * Immutable; an empty list trusts nobody.
 *
 * @param anchors the certificates; their own dates count as well
 * @param clock the time at which certificates must be valid: a signature says nothing trustworthy about when it was made
 */
public record TrustedCertificates(List<X509Certificate> anchors, InstantSource clock) {
    /** Trusts nobody. */
    public static final TrustedCertificates NONE = of();

    public TrustedCertificates {
        anchors = List.copyOf(anchors);
    }

    /** Certificates that must be valid now, by the clock of this machine. */
    public static TrustedCertificates of(X509Certificate... anchors) {
        return of(Arrays.asList(anchors));
    }

    /** Certificates that must be valid now, by the clock of this machine. */
    public static TrustedCertificates of(List<X509Certificate> anchors) {
        return new TrustedCertificates(anchors, InstantSource.system());
    }

    /** {@code trusted: "CN=root"}, for messages. */
    String describe() {
        if (anchors.isEmpty()) {
            return "no certificate is trusted";
        }
        return "trusted: " + Printable.list(anchors.stream().map(anchor -> anchor.getSubjectX500Principal().getName()).toList());
    }
}
