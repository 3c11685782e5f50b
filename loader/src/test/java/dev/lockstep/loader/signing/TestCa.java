package dev.lockstep.loader.signing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key with its certificate, that can issue others: sound unless a test spoils something before {@link #issuedBy}. */
final class TestCa {
    static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    final KeyPair keys;
    final String name;
    X509Certificate certificate;

    private Instant notBefore = NOW.minus(Duration.ofDays(30));
    private Instant notAfter = NOW.plus(Duration.ofDays(30));
    private BasicConstraints constraints;
    private Integer keyUsage;
    private KeyPurposeId[] purposes;
    private boolean purposesAreCritical;

    private TestCa(String name, KeyPair keys) {
        this.name = name;
        this.keys = keys;
    }

    static TestCa authority(String name) {
        return authority(name, SigningKeys.generate(EcCurve.P256));
    }

    static TestCa authority(String name, KeyPair keys) {
        var ca = new TestCa(name, keys);
        ca.constraints = new BasicConstraints(true);
        ca.keyUsage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
        return ca;
    }

    static TestCa signer(String name) {
        return signer(name, SigningKeys.generate(EcCurve.P384));
    }

    static TestCa signer(String name, KeyPair keys) {
        return new TestCa(name, keys).usage(KeyUsage.digitalSignature).purposes(KeyPurposeId.id_kp_codeSigning);
    }

    static KeyPair rsaKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    TestCa valid(Duration fromNow, Duration untilNow) {
        notBefore = NOW.plus(fromNow);
        notAfter = NOW.plus(untilNow);
        return this;
    }

    TestCa usage(Integer bits) {
        keyUsage = bits;
        return this;
    }

    TestCa purposes(KeyPurposeId... allowed) {
        purposes = allowed;
        return this;
    }

    TestCa criticalPurposes(KeyPurposeId... allowed) {
        purposesAreCritical = true;
        return purposes(allowed);
    }

    TestCa constraints(BasicConstraints basic) {
        constraints = basic;
        return this;
    }

    TestCa selfSigned() {
        return issuedBy(this);
    }

    TestCa issuedBy(TestCa issuer) {
        try {
            var builder = new JcaX509v3CertificateBuilder(new X500Principal("CN=" + issuer.name), BigInteger.valueOf(System.nanoTime()),
                    Date.from(notBefore), Date.from(notAfter), new X500Principal("CN=" + name), keys.getPublic());
            if (constraints != null) {
                builder.addExtension(Extension.basicConstraints, true, constraints);
            }
            if (keyUsage != null) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
            }
            if (purposes != null) {
                builder.addExtension(Extension.extendedKeyUsage, purposesAreCritical, new ExtendedKeyUsage(purposes));
            }
            String algorithm = issuer.keys.getPublic().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            certificate = new JcaX509CertificateConverter().getCertificate(
                    builder.build(new JcaContentSignerBuilder(algorithm).build(issuer.keys.getPrivate())));
            return this;
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new AssertionError(e);
        }
    }
}
