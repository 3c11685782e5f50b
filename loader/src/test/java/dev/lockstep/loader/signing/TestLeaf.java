package dev.lockstep.loader.signing;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The certificate of a keyless signer, as Fulcio issues them: sound unless a test spoils something before {@link #issue}. */
final class TestLeaf {
    private static final ASN1ObjectIdentifier ISSUER_V1 = new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.1");
    private static final ASN1ObjectIdentifier ISSUER_V2 = new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.8");
    private static final ASN1ObjectIdentifier TIMESTAMPS = new ASN1ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2");

    KeyPair keys = SigningKeys.generate(EcCurve.P256);
    GeneralName[] names = {new GeneralName(GeneralName.rfc822Name, TestSigstore.IDENTITY)};
    String issuerV1 = TestSigstore.ISSUER;
    String issuerV2 = TestSigstore.ISSUER;
    int usage = KeyUsage.digitalSignature;
    KeyPurposeId purpose = KeyPurposeId.id_kp_codeSigning;
    Instant from = TestSigstore.SIGNED_AT.minusSeconds(1);
    Instant to = TestSigstore.SIGNED_AT.plus(Duration.ofMinutes(10));
    Instant loggedAt = TestSigstore.SIGNED_AT;
    boolean loggedAsAnother;
    byte[] timestamps;

    /** @param log takes the certificate before it is issued; null for none */
    X509Certificate issue(TestCa issuer, TestLog log) {
        try {
            JcaX509v3CertificateBuilder builder = builder(issuer);
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.keys.getPrivate());
            if (log != null) {
                byte[] tbs = builder.build(signer).toASN1Structure().getTBSCertificate().getEncoded();
                tbs[tbs.length - 1] ^= (byte) (loggedAsAnother ? 1 : 0);
                byte[] list = log.certificateTimestamps(tbs, issuer.keys.getPublic().getEncoded(), loggedAt);
                builder.addExtension(TIMESTAMPS, false, new DEROctetString(timestamps == null ? list : timestamps));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    /** Empty, as Fulcio has it; the JDK reads no certificate that names nobody at all. */
    private X500Name subject() {
        return names.length > 0 ? new X500Name(new RDN[0]) : new X500Name("CN=somebody");
    }

    private JcaX509v3CertificateBuilder builder(TestCa issuer) throws IOException {
        var builder = new JcaX509v3CertificateBuilder(new X500Name("CN=" + issuer.name), BigInteger.valueOf(System.nanoTime()),
                Date.from(from), Date.from(to), subject(), keys.getPublic());
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        if (names.length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
        }
        if (issuerV1 != null) {
            builder.addExtension(ISSUER_V1, false, issuerV1.getBytes(StandardCharsets.UTF_8));
        }
        if (issuerV2 != null) {
            builder.addExtension(ISSUER_V2, false, new DERUTF8String(issuerV2));
        }
        return builder;
    }
}
