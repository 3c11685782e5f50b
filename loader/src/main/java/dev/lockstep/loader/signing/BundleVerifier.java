package dev.lockstep.loader.signing;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Optional;

/**
 * Verifies a signature file against trusted signers, without touching the model: the format, the method, the signer, the
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
    public static SignedManifest verify(byte[] bundle, String bundleName, TrustedSigners trusted) {
        SignatureBundle parsed = SignatureBundle.parse(bundle, bundleName);
        SignedManifest.Signer signer = switch (parsed.material()) {
            case VerificationMaterial.Key key -> byKey(parsed, key, trusted);
            case VerificationMaterial.Certificates certificates -> byCertificate(parsed, certificates, trusted);
        };
        if (!parsed.payloadType().equals(Dsse.IN_TOTO)) {
            throw new ModelSignatureException(Reason.STATEMENT_INVALID, bundleName, "signs a payload of the type \""
                    + parsed.payloadType() + "\"; \"" + Dsse.IN_TOTO + "\" is accepted");
        }
        return new SignedManifest(signer, bundleName, Statement.parse(parsed.payload(), bundleName));
    }

    private static SignedManifest.Signer byKey(SignatureBundle bundle, VerificationMaterial.Key key, TrustedSigners trusted) {
        if (trusted.keys().keys().isEmpty() && !trusted.certificates().anchors().isEmpty()) {
            throw otherMethod(bundle, "certificates are trusted (--certificate-chain), but no key (--key)");
        }
        ECPublicKey signer = signer(bundle, candidates(bundle, key, trusted.keys()), trusted.keys());
        return new SignedManifest.Signer(KeyId.of(signer), Optional.empty());
    }

    private static SignedManifest.Signer byCertificate(SignatureBundle bundle, VerificationMaterial.Certificates certificates,
            TrustedSigners trusted) {
        if (trusted.certificates().anchors().isEmpty() && !trusted.keys().keys().isEmpty()) {
            throw otherMethod(bundle, "keys are trusted (--key), but no certificate (--certificate-chain)");
        }
        X509Certificate signer = CertificateChain.signer(certificates.chain(), trusted.certificates(), bundle.file());
        ECPublicKey key = EcCurve.canonical((ECPublicKey) signer.getPublicKey());
        if (!Dsse.verify(key, Dsse.preAuthenticationEncoding(bundle.payloadType(), bundle.payload()), bundle.signature())) {
            throw new ModelSignatureException(Reason.SIGNATURE_INVALID, bundle.file(), "the signature does not verify with the certificate"
                    + " that comes with it: the file was changed; get the original");
        }
        return new SignedManifest.Signer(KeyId.of(key), Optional.of(signer.getSubjectX500Principal().getName()));
    }

    private static ModelSignatureException otherMethod(SignatureBundle bundle, String trusted) {
        return new ModelSignatureException(Reason.METHOD_MISMATCH, bundle.file(), "is signed with " + bundle.material().method() + "; "
                + trusted);
    }

    /** A bundle that names its key is checked with that key only; one that does not, with every trusted one. */
    private static List<ECPublicKey> candidates(SignatureBundle bundle, VerificationMaterial.Key claimed, TrustedKeys trusted) {
        List<ECPublicKey> candidates = trusted.candidates(claimed.hint(), claimed.raw());
        if (candidates.isEmpty()) {
            String signer = claimed.hint().map(hint -> "the key \"" + hint + '"')
                    .orElse(claimed.raw().isPresent() ? "the key it contains" : "a key it does not name");
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
