package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Says which version a signed model is: writes the release statement beside its signature, or adds a signature to it. */
public final class ReleaseSigner {
    private ReleaseSigner() {
    }

    /**
     * Writes a release statement; an older one is replaced.
     *
     * @param signature of the model, as its signer wrote it; whose it is is not asked
     * @param version 1 or more, and larger than that of the release before
     * @throws ModelSignatureException if there is no signature, or it is malformed
     * @throws IllegalArgumentException if version and times make no sense
     * @throws SigningException if the statement cannot be written
     */
    public static ReleaseStatement sign(Path signature, SigningIdentity signer, long version, Optional<Instant> notBefore,
            Optional<Instant> notAfter) {
        SignatureBundle bundle = SignatureBundle.parse(ModelVerifier.readSignature(signature), signature.toString());
        Statement model = Statement.parse(bundle.payload(), bundle.file());
        var release = new ReleaseStatement(model.subjectName(), model.rootDigest(), version, notBefore, notAfter);
        Path place = SignedRelease.place(signature);
        SignatureFile.requireReplaceable(place);
        SignatureFile.write(place, bundle(place, signer, release.toJson()));
        deleteCosignatures(place);
        return release;
    }

    /** What others signed was the old statement. */
    private static void deleteCosignatures(Path place) {
        for (Path cosignature : SignatureSet.cosignatures(place)) {
            try {
                Files.delete(cosignature);
            } catch (IOException e) {
                throw new SigningException(cosignature.toString(), "is of an older release and cannot be deleted: " + e, e);
            }
        }
    }

    /**
     * Adds a signature to the release statement that is there.
     *
     * @param version that the cosigner has in mind
     * @throws ModelSignatureException if there is no release statement of this model, or it is malformed
     * @throws SigningException if it says something else than the cosigner does, or the signature cannot be written
     */
    public static ReleaseStatement cosign(Path signature, SigningIdentity signer, long version) {
        Path place = SignedRelease.place(signature);
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelSignatureException(Reason.SIGNATURE_MISSING, place.toString(), "there is no release statement to cosign; write one"
                    + " with lockstep sign --release");
        }
        SignatureBundle bundle = SignatureBundle.parse(ModelVerifier.readSignature(place), place.toString());
        bundle.requireInToto();
        ReleaseStatement release = ReleaseStatement.parse(bundle.payload(), bundle.file());
        SignatureBundle ofModel = SignatureBundle.parse(ModelVerifier.readSignature(signature), signature.toString());
        Statement model = Statement.parse(ofModel.payload(), ofModel.file());
        if (release.version() != version || !release.rootDigest().equals(model.rootDigest()) || !release.model().equals(model.subjectName())) {
            throw new SigningException(place.toString(), "is about version " + release.version() + " of \"" + release.model() + "\" with the digest "
                    + release.rootDigest() + ", not about version " + version + " of this model; nothing is signed");
        }
        Path target = CosignatureFolder.place(place, KeyId.of(signer.publicKey()));
        CosignatureFolder.write(target, bundle(target, signer, bundle.payload()));
        return release;
    }

    /** What this library would refuse, nobody should be given. */
    private static byte[] bundle(Path file, SigningIdentity signer, byte[] payload) {
        byte[] json = NewBundle.json(signer, payload);
        SignatureSet set = SignatureSet.of(SignatureBundle.parse(json, file.toString()));
        if (BundleVerifier.signers(set, signer.asTrusted()).isEmpty()) {
            throw new SigningException(file.toString(), "the new signature does not verify, so it is not written"
                    + " (does the public key belong to the private key, and is its certificate valid?)");
        }
        return json;
    }
}
