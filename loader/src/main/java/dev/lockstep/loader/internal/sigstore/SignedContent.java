package dev.lockstep.loader.internal.sigstore;

/**
 * What the evidence has to be about.
 *
 * @param payload the signed statement
 * @param signature over it, DER
 * @param certificate of the signer, DER
 */
record SignedContent(byte[] payload, byte[] signature, byte[] certificate) {
}
