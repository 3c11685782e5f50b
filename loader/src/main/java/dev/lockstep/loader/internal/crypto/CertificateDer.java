package dev.lockstep.loader.internal.crypto;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/** X.509 certificates in DER. */
public final class CertificateDer {
    /** Certificates of signers have one or two kilobytes; those with post-quantum keys and signatures, ten. */
    public static final int MAX_BYTES = 32 << 10;

    private CertificateDer() {
    }

    /**
     * Reads one certificate that takes up all of the bytes, in the one encoding that DER has for it: what was signed by its
     * issuer is then what others see.
     */
    public static X509Certificate parse(byte[] der) throws CertificateException {
        if (der.length > MAX_BYTES) {
            throw new CertificateException("is " + der.length + " bytes long; at most " + MAX_BYTES + " are accepted");
        }
        // The factory would take PEM text as well.
        if (der.length == 0 || der[0] != 0x30) {
            throw new CertificateException("is not DER");
        }
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        if (!Arrays.equals(certificate.getEncoded(), der)) {
            throw new CertificateException("is followed by other bytes, or not encoded as DER demands");
        }
        return certificate;
    }
}
