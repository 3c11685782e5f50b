package dev.lockstep.loader.internal.sigstore;

import java.security.interfaces.ECPublicKey;

/**
 * Whom the evidence of a bundle names; whether it is anybody expected is another question.
 *
 * @param key that the signature must verify with
 * @param identity of the signer
 * @param issuer who vouched for the identity
 */
public record SigstoreSigner(ECPublicKey key, String identity, String issuer) {
}
