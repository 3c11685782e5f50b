package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Ecdsa;
import dev.lockstep.loader.internal.sigstore.SigstoreSigner;
import dev.lockstep.loader.internal.sigstore.SigstoreVerifier;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies a signature file against trusted signers, without touching the model: the format, the method, the signer, the
 * signature, and only then what was signed.
 */
public final class BundleVerifier {
    /** Why a signer is not one of the trusted ones, whatever the signature is worth. */
    private static final Set<Reason> OF_NOBODY_TRUSTED = EnumSet.of(Reason.UNTRUSTED_KEY, Reason.METHOD_MISMATCH,
            Reason.CERTIFICATE_UNTRUSTED, Reason.CERTIFICATE_INVALID, Reason.IDENTITY_UNTRUSTED, Reason.LOG_ENTRY_INVALID,
            Reason.TIMESTAMP_INVALID, Reason.METHOD_UNSUPPORTED);

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
        return verify(bundle, bundleName, trusted, false);
    }

    /**
     * Verifies all signatures of a model. One by somebody who is trusted is enough; the others are counted, see {@link #signers}.
     *
     * @return what was signed; the files themselves are still to be compared
     * @throws ModelSignatureException if nobody who is trusted has signed, or a signature in the name of somebody who is does not verify
     */
    public static SignedManifest verify(SignatureSet set, TrustedSigners trusted) {
        return verify(set, trusted, false);
    }

    static SignedManifest verify(SignatureSet set, TrustedSigners trusted, boolean legacyV02) {
        SignatureBundle primary = set.bundles().getFirst();
        List<Signer> signers = set.size() == 1 ? List.of() : signers(set, trusted);
        if (signers.isEmpty()) {
            // says why the primary one does not count, and knows the older layout
            return verify(primary, trusted, legacyV02);
        }
        primary.requireInToto();
        return new SignedManifest(signers, primary.file(), Statement.parse(primary.payload(), primary.file()));
    }

    /**
     * The same, for bundles of release 0.2 of the reference program as well.
     *
     * @param legacyV02 true to accept those
     */
    static SignedManifest verify(byte[] bundle, String bundleName, TrustedSigners trusted, boolean legacyV02) {
        return verify(SignatureBundle.parse(bundle, bundleName), trusted, legacyV02);
    }

    private static SignedManifest verify(SignatureBundle parsed, TrustedSigners trusted, boolean legacyV02) {
        SignedText text = SignedText.DSSE;
        Optional<Signer> signer = signer(parsed, trusted, text);
        if (signer.isEmpty() && legacyV02) {
            text = SignedText.LEGACY_V02;
            signer = signer(parsed, trusted, text);
        }
        if (signer.isEmpty()) {
            throw doesNotVerify(parsed, trusted);
        }
        parsed.requireInToto();
        Statement statement = text == SignedText.LEGACY_V02
                ? LegacyFormat.parse(parsed.payload(), parsed.file())
                : Statement.parse(parsed.payload(), parsed.file());
        return new SignedManifest(List.of(signer.get()), parsed.file(), statement);
    }

    /**
     * Who of the trusted signers has signed, each once, in the order of the signatures. A signature by anybody else counts for
     * nothing, and so does one whose certificate is not valid now. What is signed is not looked at:
     * that a model is this one is proven by {@link #verify}.
     *
     * @return one signer for each key; whether they are enough is the caller's decision
     * @throws ModelSignatureException if a signature names a trusted signer and does not verify
     */
    public static List<Signer> signers(SignatureSet set, TrustedSigners trusted) {
        var signers = new LinkedHashMap<KeyId, Signer>();
        for (SignatureBundle bundle : set.bundles()) {
            trustedSigner(bundle, trusted).ifPresent(signer -> signers.putIfAbsent(signer.key(), signer));
        }
        return List.copyOf(signers.values());
    }

    private static Optional<Signer> trustedSigner(SignatureBundle bundle, TrustedSigners trusted) {
        Optional<Signer> signer;
        try {
            signer = signer(bundle, trusted, SignedText.DSSE);
        } catch (ModelSignatureException e) {
            if (OF_NOBODY_TRUSTED.contains(e.reason())) {
                return Optional.empty();
            }
            throw e;
        }
        if (signer.isEmpty() && bundle.material().namesSigner()) {
            throw doesNotVerify(bundle, trusted);
        }
        return signer;
    }

    private static ModelSignatureException doesNotVerify(SignatureBundle bundle, TrustedSigners trusted) {
        return new ModelSignatureException(Reason.SIGNATURE_INVALID, bundle.file(), "the signature does not verify with "
                + described(bundle.material(), trusted) + ": the file was changed or another key signed it; get the original");
    }

    /** Which text of the payload a signature may be of: a statement of one kind is never taken for the other. */
    private enum SignedText { DSSE, LEGACY_V02 }

    private static String described(VerificationMaterial material, TrustedSigners trusted) {
        return switch (material) {
            case VerificationMaterial.Key _ -> "the trusted key (" + trusted.keys().describe() + ')';
            case VerificationMaterial.Certificates _, VerificationMaterial.Sigstore _ -> "the certificate that comes with it";
        };
    }

    /** Who signed, if anybody who is trusted did. */
    private static Optional<Signer> signer(SignatureBundle bundle, TrustedSigners trusted, SignedText text) {
        requireTrustInMethod(bundle, trusted);
        return switch (bundle.material()) {
            case VerificationMaterial.Key key -> byKey(bundle, key, trusted, text);
            case VerificationMaterial.Certificates certificates -> byCertificate(bundle, certificates, trusted, text);
            case VerificationMaterial.Sigstore sigstore -> byIdentity(bundle, sigstore, trusted.identities(), text);
        };
    }

    /** Whoever trusts somebody, but nobody of this method, has another bundle in mind. */
    private static void requireTrustInMethod(SignatureBundle bundle, TrustedSigners trusted) {
        boolean none = switch (bundle.material()) {
            case VerificationMaterial.Key _ -> trusted.keys().keys().isEmpty();
            case VerificationMaterial.Certificates _ -> trusted.certificates().anchors().isEmpty();
            case VerificationMaterial.Sigstore _ -> trusted.identities().identities().isEmpty();
        };
        String others = trusted.describeMethods();
        if (none && !others.isEmpty()) {
            throw new ModelSignatureException(Reason.METHOD_MISMATCH, bundle.file(), "is signed with " + bundle.material().method() + "; "
                    + others + ", but nothing of that kind");
        }
    }

    private static Optional<Signer> byKey(SignatureBundle bundle, VerificationMaterial.Key claimed, TrustedSigners trusted,
            SignedText text) {
        return candidates(bundle, claimed, trusted.keys()).stream()
                .filter(key -> isSignedBy(key, bundle, text))
                .<Signer>map(key -> new Signer.Key(KeyId.of(key)))
                .findFirst();
    }

    /** A bundle that names its key is checked with that key only; one that does not, with every trusted one. */
    private static List<PublicKey> candidates(SignatureBundle bundle, VerificationMaterial.Key claimed, TrustedKeys trusted) {
        List<PublicKey> candidates = trusted.candidates(claimed.hint(), claimed.raw());
        if (candidates.isEmpty()) {
            String signer = claimed.hint().map(hint -> "the key \"" + hint + '"')
                    .orElse(claimed.raw().isPresent() ? "the key it contains" : "a key it does not name");
            throw new ModelSignatureException(Reason.UNTRUSTED_KEY, bundle.file(), "says it was signed with " + signer
                    + ", which is not trusted (" + trusted.describe()
                    + "); if you know the publisher, get the public key from there and trust that");
        }
        return candidates;
    }

    private static Optional<Signer> byCertificate(SignatureBundle bundle, VerificationMaterial.Certificates certificates,
            TrustedSigners trusted, SignedText text) {
        Signer.Certificate signer = CertificateChain.signer(certificates.chain(), trusted.certificates(), bundle.file());
        return isSignedBy(signer.certificate().getPublicKey(), bundle, text) ? Optional.of(signer) : Optional.empty();
    }

    private static Optional<Signer> byIdentity(SignatureBundle bundle, VerificationMaterial.Sigstore material, TrustedIdentities trusted,
            SignedText text) {
        if (trusted.identities().isEmpty()) {
            throw new ModelSignatureException(Reason.IDENTITY_UNTRUSTED, bundle.file(), "signed with an identity, but none is trusted; name the"
                    + " publisher's, its provider, and a trusted root");
        }
        SigstoreSigner signer =
                SigstoreVerifier.verify(material.evidence(), bundle.payload(), bundle.signature(), trusted.root().material(), bundle.file());
        trusted.require(signer, bundle.file());
        ECPublicKey key = EcCurve.canonical(signer.key());
        return isSignedBy(key, bundle, text)
                ? Optional.of(new Signer.Identity(KeyId.of(key), signer.identity(), signer.issuer()))
                : Optional.empty();
    }

    private static boolean isSignedBy(PublicKey key, SignatureBundle bundle, SignedText text) {
        return switch (text) {
            case DSSE -> Dsse.verify(key, Dsse.preAuthenticationEncoding(bundle.payloadType(), bundle.payload()), bundle.signature());
            case LEGACY_V02 -> key instanceof ECPublicKey elliptic && Ecdsa.verify(elliptic, LegacyFormat.SIGNATURE_ALGORITHM,
                    LegacyFormat.signedText(bundle.payloadType(), bundle.payload()), bundle.signature());
        };
    }
}
