package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.CertificateDer;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether the certificates of a bundle lead from a signer to a trusted one: RFC 5280 path validation by the JDK, at the time that
 * the verifier's clock shows, without asking the network for revocations.
 *
 * <p>The signer's certificate must be meant for signatures: key usage <em>digitalSignature</em>, or extended key usage
 * <em>codeSigning</em>. Where it has either extension, that one must allow it.
 */
final class CertificateChain {
    /** Real chains have two to four. */
    static final int MAX_CERTIFICATES = 10;

    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final String ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
    private static final int DIGITAL_SIGNATURE = 0;

    private final TrustedCertificates trusted;
    private final String file;
    private final Date now;

    private CertificateChain(TrustedCertificates trusted, String file) {
        this.trusted = trusted;
        this.file = file;
        this.now = Date.from(trusted.clock().instant());
    }

    /**
     * The holder of the first certificate, if it is trusted. Its key is on one of the curves of {@link EcCurve}.
     *
     * @param chain DER, the signer's first
     * @param file the bundle, for messages
     * @throws ModelSignatureException if it is not
     */
    static Signer.Certificate signer(List<byte[]> chain, TrustedCertificates trusted, String file) {
        return new CertificateChain(trusted, file).signer(chain);
    }

    private Signer.Certificate signer(List<byte[]> chain) {
        List<X509Certificate> certificates = parse(chain);
        X509Certificate signer = certificates.getFirst();
        requireSigningKey(signer);
        requireSigningUse(signer);
        if (trusted.anchors().isEmpty()) {
            throw untrusted("signed with the certificate of " + nameOf(signer) + ", but no certificate is trusted; name the publisher's"
                    + " certificate, or that of the authority that issued it");
        }
        if (!trusted.anchors().contains(signer)) {
            return new Signer.Certificate(KeyId.of((ECPublicKey) signer.getPublicKey()), validPath(certificates));
        }
        requireValidNow(signer);
        return new Signer.Certificate(KeyId.of((ECPublicKey) signer.getPublicKey()), List.of(signer));
    }

    private List<X509Certificate> parse(List<byte[]> chain) {
        var certificates = new ArrayList<X509Certificate>();
        for (byte[] der : chain) {
            try {
                certificates.add(CertificateDer.parse(der));
            } catch (CertificateException e) {
                throw new ModelSignatureException(Reason.BUNDLE_MALFORMED, file, "certificate " + certificates.size() + " cannot be read: "
                        + e.getMessage(), e);
            }
        }
        return certificates;
    }

    private void requireSigningKey(X509Certificate signer) {
        boolean usable = signer.getPublicKey() instanceof ECPublicKey key && EcCurve.of(key.getParams()).map(curve -> curve.contains(key.getW())).orElse(false);
        if (!usable) {
            throw invalid(signer, "has a key of the kind " + signer.getPublicKey().getAlgorithm() + "; models are signed with keys on P-256,"
                    + " P-384 or P-521");
        }
    }

    private void requireSigningUse(X509Certificate signer) {
        boolean[] keyUsage = signer.getKeyUsage();
        List<String> extended = extendedKeyUsage(signer);
        if (keyUsage == null && extended == null) {
            throw invalid(signer, "does not say what its key is for; it must allow digital signatures or code signing");
        }
        if (keyUsage != null && !keyUsage[DIGITAL_SIGNATURE]) {
            throw invalid(signer, "is not for digital signatures (key usage)");
        }
        if (extended != null && !extended.contains(CODE_SIGNING) && !extended.contains(ANY_EXTENDED_KEY_USAGE)) {
            throw invalid(signer, "is not for code signing (extended key usage)");
        }
    }

    private List<String> extendedKeyUsage(X509Certificate signer) {
        try {
            return signer.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate of " + nameOf(signer)
                    + " has an extended key usage that cannot be read", e);
        }
    }

    private void requireValidNow(X509Certificate certificate) {
        try {
            certificate.checkValidity(now);
        } catch (CertificateException e) {
            throw new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate of " + nameOf(certificate)
                    + " is not valid now (" + now.toInstant() + "): " + e.getMessage(), e);
        }
    }

    /** Anchors are tried in their order: an authority that renewed its certificate has two of one name and key. */
    private List<X509Certificate> validPath(List<X509Certificate> certificates) {
        List<X509Certificate> path = certificates.stream().takeWhile(certificate -> !trusted.anchors().contains(certificate)).toList();
        ModelSignatureException why = null;
        for (X509Certificate anchor : trusted.anchors()) {
            try {
                validate(path, anchor);
                return Stream.concat(path.stream(), Stream.of(anchor)).toList();
            } catch (ModelSignatureException e) {
                // that it leads to another anchor says less than what is wrong on the way to this one
                why = why == null || why.reason() == Reason.CERTIFICATE_UNTRUSTED && e.reason() == Reason.CERTIFICATE_INVALID ? e : why;
            }
        }
        throw Objects.requireNonNull(why, "there are anchors");
    }

    private void validate(List<X509Certificate> path, X509Certificate anchor) {
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(now);
            CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (CertPathValidatorException e) {
            throw refused(path, e);
        } catch (GeneralSecurityException e) {
            throw new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificates cannot be validated: " + e.getMessage(), e);
        }
        // RFC 5280 leaves the dates of an anchor to whoever trusts it; an authority whose time is over vouches for nobody here
        requireValidNow(anchor);
    }

    private ModelSignatureException refused(List<X509Certificate> path, CertPathValidatorException e) {
        String where = e.getIndex() < 0 ? nameOf(path.getFirst()) : nameOf(path.get(e.getIndex()));
        if (e.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                || e.getReason() == CertPathValidatorException.BasicReason.NOT_YET_VALID) {
            return new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate of " + where + " is not valid now ("
                    + now.toInstant() + "): " + e.getMessage(), e);
        }
        return new ModelSignatureException(Reason.CERTIFICATE_UNTRUSTED, file, "the certificate of " + where + " is not trusted: "
                + e.getMessage() + " (" + trusted.describe() + ")", e);
    }

    private ModelSignatureException invalid(X509Certificate signer, String problem) {
        return new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate of " + nameOf(signer) + ' ' + problem);
    }

    private ModelSignatureException untrusted(String problem) {
        return new ModelSignatureException(Reason.CERTIFICATE_UNTRUSTED, file, problem);
    }

    private static String nameOf(X509Certificate certificate) {
        return '"' + certificate.getSubjectX500Principal().getName() + '"';
    }
}
