package dev.lockstep.loader.signing;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.util.Arrays;
import java.util.Map;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Elliptic-curve keys in PEM text. BouncyCastle reads the containers and does the curve arithmetic that the JDK keeps
 * to itself; what comes out is always a key of the JDK, so that signing and verifying need the JDK alone.
 */
final class PemKeys {
    /** What people try instead of an elliptic-curve key, by the name they know. */
    private static final Map<String, String> ALGORITHM_NAMES = Map.of(
            "1.2.840.113549.1.1.1", "RSA",
            "1.2.840.113549.1.1.10", "RSA-PSS",
            "1.2.840.10040.4.1", "DSA",
            "1.3.101.110", "X25519",
            "1.3.101.112", "Ed25519",
            "1.3.101.113", "Ed448",
            "2.16.840.1.101.3.4.3.17", "ML-DSA-44",
            "2.16.840.1.101.3.4.3.18", "ML-DSA-65",
            "2.16.840.1.101.3.4.3.19", "ML-DSA-87");

    private static final String ACCEPTED = "; keys on P-256, P-384 or P-521 are accepted (lockstep keygen makes one)";

    private PemKeys() {
    }

    /** Reads the one public key in the text. */
    static ECPublicKey publicKey(byte[] pem, String file) {
        PemObject block = onlyKeyBlock(pem, file);
        return switch (block.getType()) {
            case "PUBLIC KEY" -> parse(file, () -> fromSpki(block.getContent(), file));
            case "PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY" ->
                throw new KeyFileException(file, "is a private key where a public key is wanted; keep it secret and"
                        + " give the file of its public key");
            case "CERTIFICATE" ->
                throw new KeyFileException(file, "is a certificate; this build trusts public keys only");
            case "RSA PUBLIC KEY" -> throw new KeyFileException(file, "is an RSA key" + ACCEPTED);
            default -> throw new KeyFileException(file, "holds a " + block.getType() + ", not a PUBLIC KEY");
        };
    }

    /** Reads the one private key in the text and computes its public key. */
    static KeyPair keyPair(byte[] pem, String file, char[] passphrase) {
        PemObject block = onlyKeyBlock(pem, file);
        try {
            return switch (block.getType()) {
                case "PRIVATE KEY" -> parse(file, () ->
                        fromPkcs8(PrivateKeyInfo.getInstance(asn1(block.getContent())), file));
                case "EC PRIVATE KEY" -> parse(file, () -> fromSec1(block, file));
                case "ENCRYPTED PRIVATE KEY" -> parse(file, () ->
                        fromPkcs8(EncryptedPkcs8.decrypt(block.getContent(), file, passphrase), file));
                case "PUBLIC KEY" ->
                    throw new KeyFileException(file, "is a public key where a private key is wanted");
                case "RSA PRIVATE KEY" -> throw new KeyFileException(file, "is an RSA key" + ACCEPTED);
                default -> throw new KeyFileException(file, "holds a " + block.getType() + ", not a PRIVATE KEY");
            };
        } finally {
            Arrays.fill(block.getContent(), (byte) 0);
        }
    }

    /** Text before and after the block is allowed, as tools write it; a second key is not: which one would count? */
    private static PemObject onlyKeyBlock(byte[] pem, String file) {
        PemObject found = null;
        // Latin-1 maps every byte to a character, so that a comment in any encoding does no harm.
        try (var reader = new PemReader(new StringReader(new String(pem, StandardCharsets.ISO_8859_1)))) {
            for (PemObject block = reader.readPemObject(); block != null; block = reader.readPemObject()) {
                if (block.getType().equals("EC PARAMETERS")) {
                    continue;
                }
                if (found != null) {
                    throw new KeyFileException(file, "holds more than one key; give each key a file of its own");
                }
                found = block;
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof KeyFileException known) {
                throw known;
            }
            throw new KeyFileException(file, "is not well-formed PEM text", e);
        }
        if (found == null) {
            throw new KeyFileException(file, "holds no PEM block (-----BEGIN …-----)");
        }
        return found;
    }

    private interface Parser<T> {
        T parse() throws IOException, GeneralSecurityException;
    }

    /** BouncyCastle reports malformed input by many exceptions, unchecked ones among them. */
    private static <T> T parse(String file, Parser<T> parser) {
        try {
            return parser.parse();
        } catch (KeyFileException e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new KeyFileException(file, "is damaged: " + e.getMessage(), e);
        }
    }

    private static ECPublicKey fromSpki(byte[] der, String file) throws IOException {
        var spki = SubjectPublicKeyInfo.getInstance(asn1(der));
        EcCurve curve = curveOf(spki.getAlgorithm(), file);
        return curve.publicKey(point(curve, spki.getPublicKeyData().getOctets()));
    }

    private static KeyPair fromPkcs8(PrivateKeyInfo key, String file) throws IOException, GeneralSecurityException {
        EcCurve curve = curveOf(key.getPrivateKeyAlgorithm(), file);
        return keyPair(curve, org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(key.parsePrivateKey()), file);
    }

    private static KeyPair fromSec1(PemObject block, String file) throws IOException, GeneralSecurityException {
        if (!block.getHeaders().isEmpty()) {
            throw new KeyFileException(file, "is encrypted in the old OpenSSL way; convert it with"
                    + " openssl pkcs8 -topk8 -v2 aes-256-cbc");
        }
        var key = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(asn1(block.getContent()));
        return keyPair(namedCurve(key.getParametersObject(), file), key, file);
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

    private static EcCurve curveOf(AlgorithmIdentifier algorithm, String file) {
        if (!algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            String oid = algorithm.getAlgorithm().getId();
            String name = ALGORITHM_NAMES.getOrDefault(oid, "unknown (" + oid + ")");
            throw new KeyFileException(file, "the kind of key is " + name + ACCEPTED);
        }
        return namedCurve(algorithm.getParameters(), file);
    }

    private static EcCurve namedCurve(ASN1Encodable parameters, String file) {
        if (!(parameters instanceof ASN1ObjectIdentifier oid)) {
            throw new KeyFileException(file, "does not name its curve" + ACCEPTED);
        }
        for (EcCurve curve : EcCurve.values()) {
            if (oid.equals(SECNamedCurves.getOID(curve.jcaName()))) {
                return curve;
            }
        }
        String name = ECNamedCurveTable.getName(oid);
        throw new KeyFileException(file, "the key is on the curve " + (name == null ? oid.getId() : name) + ACCEPTED);
    }

    private static ASN1Primitive asn1(byte[] der) throws IOException {
        ASN1Primitive value = ASN1Primitive.fromByteArray(der);
        if (value == null) {
            throw new IOException("the PEM block is empty");
        }
        return value;
    }
}
