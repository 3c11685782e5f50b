package dev.lockstep.loader.signing;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Keys in PEM text: the containers, and which kind of key is inside. BouncyCastle reads them; what comes out is always a key of
 * the JDK, so that signing and verifying need the JDK alone.
 */
final class PemKeys {
    /** What people try and this library does not accept, by the name they know. */
    private static final Map<String, String> ALGORITHM_NAMES = Map.of(
            "1.2.840.113549.1.1.1", "RSA",
            "1.2.840.113549.1.1.10", "RSA-PSS",
            "1.2.840.10040.4.1", "DSA",
            "1.3.101.110", "X25519",
            "1.3.101.112", "Ed25519",
            "1.3.101.113", "Ed448",
            "2.16.840.1.101.3.4.3.17", "ML-DSA-44",
            "2.16.840.1.101.3.4.3.19", "ML-DSA-87");

    static final String ACCEPTED = "; " + SigningAlgorithm.ACCEPTED + " (lockstep keygen makes them)";

    private PemKeys() {
    }

    /** Reads the one public key in the text. */
    static PublicKey publicKey(byte[] pem, String file) {
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

    /** True if the text holds a private key under a passphrase, false if it holds a bare one. */
    static boolean isEncrypted(byte[] pem, String file) {
        PemObject block = onlyKeyBlock(pem, file);
        Arrays.fill(block.getContent(), (byte) 0);
        return switch (block.getType()) {
            case "ENCRYPTED PRIVATE KEY" -> true;
            case "PRIVATE KEY", "EC PRIVATE KEY" -> !block.getHeaders().isEmpty();
            default -> throw new KeyFileException(file, "holds a " + block.getType() + ", not a PRIVATE KEY");
        };
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

    private static PublicKey fromSpki(byte[] der, String file) throws IOException {
        var spki = SubjectPublicKeyInfo.getInstance(asn1(der));
        return isEllipticCurve(spki.getAlgorithm(), file) ? EcKeys.read(spki, file) : MlDsaPublicKeys.parse(der);
    }

    private static KeyPair fromPkcs8(PrivateKeyInfo key, String file) throws IOException, GeneralSecurityException {
        return isEllipticCurve(key.getPrivateKeyAlgorithm(), file) ? EcKeys.read(key, file) : MlDsaPrivateKeys.read(key);
    }

    private static KeyPair fromSec1(PemObject block, String file) throws IOException, GeneralSecurityException {
        if (!block.getHeaders().isEmpty()) {
            throw new KeyFileException(file, "is encrypted in the old OpenSSL way; convert it with"
                    + " openssl pkcs8 -topk8 -v2 aes-256-cbc");
        }
        return EcKeys.read(ECPrivateKey.getInstance(asn1(block.getContent())), file);
    }

    /** True for a key on some curve, false for one for ML-DSA-65; there is no third answer. */
    private static boolean isEllipticCurve(AlgorithmIdentifier algorithm, String file) {
        ASN1ObjectIdentifier oid = algorithm.getAlgorithm();
        if (oid.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return true;
        }
        if (oid.equals(NISTObjectIdentifiers.id_ml_dsa_65)) {
            return false;
        }
        String name = ALGORITHM_NAMES.getOrDefault(oid.getId(), "unknown (" + oid.getId() + ")");
        throw new KeyFileException(file, "the kind of key is " + name + ACCEPTED);
    }

    private static ASN1Primitive asn1(byte[] der) throws IOException {
        ASN1Primitive value = ASN1Primitive.fromByteArray(der);
        if (value == null) {
            throw new IOException("the PEM block is empty");
        }
        return value;
    }
}
