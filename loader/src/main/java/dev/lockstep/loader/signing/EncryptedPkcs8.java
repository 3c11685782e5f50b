package dev.lockstep.loader.signing;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * Private keys under a passphrase: PKCS#8 with PBES2 (RFC 8018), that is PBKDF2 and AES-CBC, as OpenSSL 3 writes by
 * default. BouncyCastle reads and writes the structure, the JDK does the cryptography.
 */
final class EncryptedPkcs8 {
    /** What OWASP asks for PBKDF2-HMAC-SHA256; about 0.2 seconds. */
    private static final int ITERATIONS = 600_000;

    /** A key file names its own iteration count; without a bound it could keep a machine busy for days. */
    static final int MAX_ITERATIONS = 10_000_000;

    private static final int SALT_BYTES = 16;
    private static final int IV_BYTES = 16;

    private static final Map<ASN1ObjectIdentifier, Integer> AES_KEY_BITS = Map.of(
            NISTObjectIdentifiers.id_aes128_CBC, 128,
            NISTObjectIdentifiers.id_aes192_CBC, 192,
            NISTObjectIdentifiers.id_aes256_CBC, 256);

    private static final Map<ASN1ObjectIdentifier, String> PBKDF2_NAMES = Map.of(
            PKCSObjectIdentifiers.id_hmacWithSHA1, "PBKDF2WithHmacSHA1",
            PKCSObjectIdentifiers.id_hmacWithSHA224, "PBKDF2WithHmacSHA224",
            PKCSObjectIdentifiers.id_hmacWithSHA256, "PBKDF2WithHmacSHA256",
            PKCSObjectIdentifiers.id_hmacWithSHA384, "PBKDF2WithHmacSHA384",
            PKCSObjectIdentifiers.id_hmacWithSHA512, "PBKDF2WithHmacSHA512");

    private static final String ADVICE = "; convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc";

    private EncryptedPkcs8() {
    }

    static EncryptedPrivateKeyInfo encrypt(PrivateKeyInfo key, char[] passphrase) throws IOException {
        byte[] salt = new byte[SALT_BYTES];
        byte[] iv = new byte[IV_BYTES];
        var random = new SecureRandom();
        random.nextBytes(salt);
        random.nextBytes(iv);
        var hash = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
        var parameters = new PBES2Parameters(
                new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(salt, ITERATIONS, hash)),
                new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
        byte[] plain = key.getEncoded();
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, parameters, passphrase).doFinal(plain);
            return new EncryptedPrivateKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters), encrypted);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot encrypt a private key", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    static PrivateKeyInfo decrypt(byte[] der, String file, char[] passphrase) throws IOException {
        var encrypted = EncryptedPrivateKeyInfo.getInstance(ASN1Primitive.fromByteArray(der));
        PBES2Parameters parameters = checkedParameters(encrypted.getEncryptionAlgorithm(), file);
        if (passphrase == null || passphrase.length == 0) {
            throw new KeyFileException(file, "is encrypted; give its passphrase");
        }
        byte[] plain = {};
        try {
            plain = cipher(Cipher.DECRYPT_MODE, parameters, passphrase).doFinal(encrypted.getEncryptedData());
            // A wrong passphrase passes the padding check once in 256 times; then this is no ASN.1.
            return PrivateKeyInfo.getInstance(ASN1Primitive.fromByteArray(plain).getEncoded());
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new KeyFileException(file, "cannot be decrypted: the passphrase is wrong or the file damaged", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static Cipher cipher(int mode, PBES2Parameters parameters, char[] passphrase)
            throws GeneralSecurityException {
        var kdf = PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
        EncryptionScheme scheme = parameters.getEncryptionScheme();
        var spec = new PBEKeySpec(passphrase, kdf.getSalt(), kdf.getIterationCount().intValueExact(),
                AES_KEY_BITS.get(scheme.getAlgorithm()));
        try {
            byte[] key = SecretKeyFactory.getInstance(PBKDF2_NAMES.get(kdf.getPrf().getAlgorithm()))
                    .generateSecret(spec).getEncoded();
            var cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(mode, new SecretKeySpec(key, "AES"),
                    new IvParameterSpec(ASN1OctetString.getInstance(scheme.getParameters()).getOctets()));
            Arrays.fill(key, (byte) 0);
            return cipher;
        } finally {
            spec.clearPassword();
        }
    }

    private static PBES2Parameters checkedParameters(AlgorithmIdentifier algorithm, String file) {
        if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            throw new KeyFileException(file, "is encrypted by another method than PBES2" + ADVICE);
        }
        var parameters = PBES2Parameters.getInstance(algorithm.getParameters());
        if (!AES_KEY_BITS.containsKey(parameters.getEncryptionScheme().getAlgorithm())) {
            throw new KeyFileException(file, "is encrypted with another cipher than AES-CBC" + ADVICE);
        }
        if (!parameters.getKeyDerivationFunc().getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
            throw new KeyFileException(file, "derives its key by another function than PBKDF2" + ADVICE);
        }
        var kdf = PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
        if (!PBKDF2_NAMES.containsKey(kdf.getPrf().getAlgorithm())) {
            throw new KeyFileException(file, "derives its key with an unknown hash" + ADVICE);
        }
        BigInteger iterations = kdf.getIterationCount();
        if (iterations.signum() <= 0 || iterations.compareTo(BigInteger.valueOf(MAX_ITERATIONS)) > 0) {
            throw new KeyFileException(file,
                    "asks for " + iterations + " iterations of PBKDF2; at most " + MAX_ITERATIONS + " are accepted");
        }
        return parameters;
    }
}
