package dev.lockstep.loader.signing;

import java.util.Objects;

/**
 * Somebody whose signatures count: an identity, and who has to vouch for it. Neither means anything without the other, since every
 * provider can call anybody anything. Both are compared exactly.
 *
 * @param identity an e-mail address, or the URI of a workflow or a service
 * @param issuer the address of the OpenID Connect provider, {@code https://accounts.google.com}
 */
public record TrustedIdentity(String identity, String issuer) {
    /** @throws IllegalArgumentException if one of them is empty */
    public TrustedIdentity {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(issuer, "issuer");
        if (identity.isEmpty() || issuer.isEmpty()) {
            throw new IllegalArgumentException("an identity, and the provider that vouches for it, cannot be empty");
        }
    }
}
