package dev.lockstep.loader.signing;

import java.nio.file.Path;

/**
 * Adds a signature to a model that somebody has signed: of the same statement, byte for byte, in a bundle of its own that lies where
 * {@link SignatureSet} looks for it. A cosigner vouches for the model, not for the first signer, whose signature is not verified.
 */
public final class ModelCosigner {
    private ModelCosigner() {
    }

    /**
     * Cosigns a model whose files are exactly those of the statement, hashed as the statement says. An older cosignature of the same
     * key is replaced; the primary signature stays as it is.
     *
     * @param model the signed file or directory
     * @param signer may be of another kind than the first one
     * @param signature the primary signature
     * @return what was signed; the file is {@link SignatureSet#cosignature} of its signer's key
     * @throws ModelSignatureException if the primary signature is missing or malformed, or the model is not the one it is of
     * @throws SigningException if the cosignature cannot be made or written
     */
    public static SignedManifest cosign(Path model, SigningIdentity signer, Path signature) {
        SignatureBundle primary = SignatureBundle.parse(ModelVerifier.readSignature(signature), signature.toString());
        primary.requireInToto();
        Statement.parse(primary.payload(), primary.file());
        Path target = CosignatureFolder.place(signature, KeyId.of(signer.publicKey()));
        // Signed first, in memory, because the comparison takes proof of what is signed and not a statement that anybody wrote.
        NewBundle bundle = NewBundle.sign(signer, primary.payload(), target);
        ModelVerifier.requireSameFiles(model, signature, bundle.manifest(), VerifyOptions.STRICT);
        CosignatureFolder.write(target, bundle.json());
        return bundle.manifest();
    }
}
