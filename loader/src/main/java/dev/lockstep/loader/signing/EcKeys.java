package dev.lockstep.loader.signing;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * Elliptic-curve keys from and to their ASN.1 structures (RFC 5480, RFC 5915). BouncyCastle does the curve arithmetic that the
 * JDK keeps to itself; what comes out is always a key of the JDK.
 */
final class EcKeys {
    private EcKeys() {
    }

    static ECPublicKey read(SubjectPublicKeyInfo spki, String file) {
        EcCurve curve = namedCurve(spki.getAlgorithm().getParameters(), file);
        return curve.publicKey(point(curve, spki.getPublicKeyData().getOctets()));
    }

    static KeyPair read(PrivateKeyInfo info, String file) throws IOException, GeneralSecurityException {
        EcCurve curve = namedCurve(info.getPrivateKeyAlgorithm().getParameters(), file);
        return keyPair(curve, org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(info.parsePrivateKey()), file);
    }

    static KeyPair read(org.bouncycastle.asn1.sec.ECPrivateKey sec1, String file) throws GeneralSecurityException {
        return keyPair(namedCurve(sec1.getParametersObject(), file), sec1, file);
    }

    private static KeyPair keyPair(EcCurve curve, org.bouncycastle.asn1.sec.ECPrivateKey key, String file)
            throws GeneralSecurityException {
        BigInteger d = key.getKey();
        if (d.signum() <= 0 || d.compareTo(curve.parameters().getOrder()) >= 0) {
            throw new KeyFileException(file, "is not a private key of " + curve + ": out of range");
        }
        ECPublicKey publicKey = publicKey(curve, d);
        ASN1BitString stated = key.getPublicKey();
        if (stated != null && !point(curve, stated.getOctets()).equals(publicKey.getW())) {
            throw new KeyFileException(file, "names a public key that does not belong to its private key");
        }
        return new KeyPair(publicKey, KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(d, curve.parameters())));
    }

    /** A private key as it is written: with the public point inside, which PKCS#8 leaves optional and some tools insist on. */
    static PrivateKeyInfo encode(ECPrivateKey key) throws IOException {
        ECPublicKey publicKey = publicKey(key);
        EcCurve curve = EcCurve.of(publicKey);
        byte[] point = SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()).getPublicKeyData().getOctets();
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECNamedCurves.getOID(curve.jcaName())),
                new org.bouncycastle.asn1.sec.ECPrivateKey(curve.parameters().getOrder().bitLength(), key.getS(),
                        new DERBitString(point), null));
    }

    /** The public key of a private one: Q = d · G, which the JDK cannot compute from outside. */
    static ECPublicKey publicKey(ECPrivateKey key) {
        EcCurve curve = EcCurve.of(key.getParams()).orElseThrow(() ->
                new IllegalArgumentException("the private key is on another curve than P-256, P-384 or P-521"));
        return publicKey(curve, key.getS());
    }

    private static ECPublicKey publicKey(EcCurve curve, BigInteger d) {
        var generator = CustomNamedCurves.getByName(curve.jcaName()).getG();
        var q = new FixedPointCombMultiplier().multiply(generator, d).normalize();
        return curve.publicKey(new ECPoint(q.getAffineXCoord().toBigInteger(), q.getAffineYCoord().toBigInteger()));
    }

    /** Compressed points are accepted too; the key's id is that of the uncompressed form. */
    private static ECPoint point(EcCurve curve, byte[] encoded) {
        var q = CustomNamedCurves.getByName(curve.jcaName()).getCurve().decodePoint(encoded).normalize();
        if (q.isInfinity()) {
            throw new IllegalArgumentException("the point at infinity is no key");
        }
        return new ECPoint(q.getAffineXCoord().toBigInteger(), q.getAffineYCoord().toBigInteger());
    }

    private static EcCurve namedCurve(ASN1Encodable parameters, String file) {
        if (!(parameters instanceof ASN1ObjectIdentifier oid)) {
            throw new KeyFileException(file, "does not name its curve" + PemKeys.ACCEPTED);
        }
        for (EcCurve curve : EcCurve.values()) {
            if (oid.equals(SECNamedCurves.getOID(curve.jcaName()))) {
                return curve;
            }
        }
        String name = ECNamedCurveTable.getName(oid);
        throw new KeyFileException(file, "the key is on the curve " + (name == null ? oid.getId() : name) + PemKeys.ACCEPTED);
    }
}
