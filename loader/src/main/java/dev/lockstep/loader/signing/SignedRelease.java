package dev.lockstep.loader.signing;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A release statement with the signatures of it that verify. It lies beside the signature of its model, in {@code model.sig.release},
 * and its cosignatures in {@code model.sig.release.d}.
 *
 * @param signers who is trusted and has signed, each key once; maybe nobody
 */
public record SignedRelease(ReleaseStatement statement, List<Signer> signers) {
    public SignedRelease {
        signers = List.copyOf(signers);
    }

    /** Where the release statement of a signed model lies. */
    public static Path place(Path signature) {
        return signature.resolveSibling(signature.getFileName() + ".release");
    }

    /**
     * Reads the release statement beside a signature, if there is one.
     *
     * @throws ModelSignatureException if it is malformed, or a signature in the name of somebody who is trusted does not verify
     */
    public static Optional<SignedRelease> read(Path signature, TrustedSigners trusted) {
        Path place = place(signature);
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        SignatureSet set = SignatureSet.read(place);
        List<Signer> signers = BundleVerifier.signers(set, trusted);
        SignatureBundle primary = set.bundles().getFirst();
        primary.requireInToto();
        return Optional.of(new SignedRelease(ReleaseStatement.parse(primary.payload(), primary.file()), signers));
    }
}
