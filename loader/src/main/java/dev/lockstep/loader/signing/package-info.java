/**
 * Who says that these are the model's bytes: OpenSSF Model Signing v1.0 with elliptic-curve keys, certificates, or identities that
 * sigstore proves, and with post-quantum keys in the same format.
 *
 * <p>{@link dev.lockstep.loader.signing.BundleVerifier} turns a signature file into a
 * {@link dev.lockstep.loader.signing.SignedManifest}, the only proof there is; the loader compares the bytes it uses
 * with it. {@link dev.lockstep.loader.signing.ModelVerifier} and {@link dev.lockstep.loader.signing.ModelSigner} do the
 * same for a whole model on disk, {@link dev.lockstep.loader.signing.SigningKeys} makes and reads the keys.
 *
 * <p>Anything doubtful is refused with a {@link dev.lockstep.loader.signing.ModelSignatureException}.
 */
package dev.lockstep.loader.signing;
