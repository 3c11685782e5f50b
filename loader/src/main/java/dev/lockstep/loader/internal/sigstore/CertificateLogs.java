package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/** Whether a certificate is in a log of certificates, by the timestamps that are embedded in it: RFC 6962, section 3.3. */
final class CertificateLogs {
    private static final String TIMESTAMPS = "1.3.6.1.4.1.11129.2.4.2";

    private CertificateLogs() {
    }

    /**
     * Requires the word of a known log. Timestamps of unknown logs are ignored; each one of a known log must be right.
     *
     * @param issuer of the certificate
     */
    static void requireLogged(X509Certificate certificate, X509Certificate issuer, List<TransparencyLog> logs, String file) {
        byte[] tbsCertificate = beforeTimestamps(certificate, file);
        int known = 0;
        for (SignedCertificateTimestamp timestamp : timestamps(certificate, file)) {
            var log = TransparencyLog.find(logs, timestamp.logId());
            if (log.isPresent()) {
                require(timestamp, log.get(), tbsCertificate, issuer.getPublicKey().getEncoded(), file);
                known++;
            }
        }
        if (known == 0) {
            throw invalid(file, "is not in any log of certificates that the trusted root knows");
        }
    }

    private static void require(SignedCertificateTimestamp timestamp, TransparencyLog log, byte[] tbsCertificate, byte[] issuerKey,
            String file) {
        log.requireUsable(file);
        if (!timestamp.isSignedBy(log.key(), tbsCertificate, issuerKey)) {
            throw invalid(file, "has a timestamp that the log of certificates " + log.host() + " has not signed for it");
        }
        if (!log.validity().contains(timestamp.time())) {
            throw invalid(file, "has a timestamp (" + timestamp.time() + ") from outside of the time of the log of certificates " + log.host()
                    + " (" + log.validity() + ')');
        }
    }

    private static List<SignedCertificateTimestamp> timestamps(X509Certificate certificate, String file) {
        byte[] extension = certificate.getExtensionValue(TIMESTAMPS);
        if (extension == null) {
            throw invalid(file, "has no timestamp of a log of certificates");
        }
        try {
            byte[] content = ASN1OctetString.getInstance(extension).getOctets();
            return SignedCertificateTimestamp.parseList(ASN1OctetString.getInstance(content).getOctets());
        } catch (RuntimeException e) {
            // BouncyCastle and buffers report malformed input by many unchecked exceptions
            throw unreadable(file, e);
        }
    }

    /** What the log saw: the certificate to be signed, as it was before it got the timestamps. */
    private static byte[] beforeTimestamps(X509Certificate certificate, String file) {
        try {
            var tbs = TBSCertificate.getInstance(certificate.getTBSCertificate());
            var extensions = new ExtensionsGenerator();
            for (var oid : tbs.getExtensions().getExtensionOIDs()) {
                if (!oid.getId().equals(TIMESTAMPS)) {
                    extensions.addExtension(tbs.getExtensions().getExtension(oid));
                }
            }
            var generator = new V3TBSCertificateGenerator();
            generator.setSerialNumber(tbs.getSerialNumber());
            generator.setSignature(tbs.getSignature());
            generator.setIssuer(tbs.getIssuer());
            generator.setValidity(tbs.getValidity());
            generator.setSubject(tbs.getSubject());
            generator.setSubjectPublicKeyInfo(tbs.getSubjectPublicKeyInfo());
            generator.setExtensions(extensions.generate());
            return generator.generateTBSCertificate().getEncoded(ASN1Encoding.DER);
        } catch (CertificateEncodingException | IOException | RuntimeException e) {
            throw unreadable(file, e);
        }
    }

    private static ModelSignatureException unreadable(String file, Exception e) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file,
                "the certificate has timestamps of logs of certificates that cannot be read", e);
    }

    private static ModelSignatureException invalid(String file, String problem) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the certificate " + problem);
    }
}
