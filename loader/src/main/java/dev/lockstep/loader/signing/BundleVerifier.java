package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.interfaces.ECPublicKey;
import java.util.List;

/**
 * Verifies a signature file against trusted keys, without touching the model: the format, the method, the signer, the
 * signature, and only then what was signed.
 */
public final class BundleVerifier {
    private BundleVerifier() {
    }

    /**
     * Verifies a bundle.
     *
     * @param bundle the bytes of the signature file
     * @param bundleName what to call it in messages
     * @return what was signed; the files themselves are still to be compared
     * @throws ModelSignatureException if anything is wrong
     */
    public static SignedManifest verify(byte[] bundle, String bundleName, TrustedKeys trusted) {
        SignatureBundle parsed = SignatureBundle.parse(bundle, bundleName);
        ECPublicKey signer = signer(parsed, candidates(parsed, trusted), trusted);
        if (!parsed.payloadType().equals(Dsse.IN_TOTO)) {
            throw new ModelSignatureException(Reason.STATEMENT_INVALID, bundleName, "signs a payload of the type \""
                    + parsed.payloadType() + "\"; \"" + Dsse.IN_TOTO + "\" is accepted");
        }
        return new SignedManifest(KeyId.of(signer), bundleName, Statement.parse(parsed.payload(), bundleName));
    }

    /** A bundle that names its key is checked with that key only; one that does not, with every trusted one. */
    private static List<ECPublicKey> candidates(SignatureBundle bundle, TrustedKeys trusted) {
        List<ECPublicKey> candidates = trusted.candidates(bundle.hint(), bundle.rawKey());
        if (candidates.isEmpty()) {
            String signer = bundle.hint().map(hint -> "the key \"" + hint + '"')
                    .orElse(bundle.rawKey().isPresent() ? "the key it contains" : "a key it does not name");
            throw new ModelSignatureException(Reason.UNTRUSTED_KEY, bundle.file(), "says it was signed with " + signer
                    + ", which is not trusted (" + trusted.describe()
                    + "); if you know the publisher, get the public key from there and trust that");
        }
        return candidates;
    }

    private static ECPublicKey signer(SignatureBundle bundle, List<ECPublicKey> candidates, TrustedKeys trusted) {
        byte[] message = Dsse.preAuthenticationEncoding(bundle.payloadType(), bundle.payload());
        return candidates.stream()
                .filter(key -> Dsse.verify(key, message, bundle.signature()))
                .findFirst()
                .orElseThrow(() -> new ModelSignatureException(Reason.SIGNATURE_INVALID, bundle.file(),
                        "the signature does not verify with the trusted key (" + trusted.describe()
                                + "): the file was changed or another key signed it; get the original"));
    }
}
