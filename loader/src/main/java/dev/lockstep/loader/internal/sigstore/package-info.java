/**
 * The evidence that sigstore adds to a signature, verified without a network: a certificate that was issued to an identity for
 * minutes (Fulcio), the logs that both the certificate and the signature were entered in (certificate transparency, Rekor v1), and
 * timestamps (RFC 3161).
 *
 * <p>{@link dev.lockstep.loader.internal.sigstore.SigstoreVerifier} holds the order of the checks; each kind of evidence has a class.
 * What the evidence is measured against comes from a trusted root
 * ({@link dev.lockstep.loader.internal.sigstore.TrustMaterial}). Nothing in a bundle is believed because it is there.
 */
package dev.lockstep.loader.internal.sigstore;
