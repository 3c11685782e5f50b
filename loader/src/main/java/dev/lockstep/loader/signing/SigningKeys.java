package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Keys for signing models, by the algorithms of {@link SigningAlgorithm}: made, read from PEM files and written to them. Public
 * keys are read from {@code PUBLIC KEY} blocks, private ones from PKCS#8 (plain or encrypted) and SEC1 blocks; text around the
 * block is ignored.
 *
 * <p>A private key lives on the Java heap for as long as its object does and cannot be wiped from there. Keep signing
 * in a short-lived process.
 */
public final class SigningKeys {
    /** A key file is a few hundred bytes, one for ML-DSA-65 six thousand; the rest is for comments. */
    public static final int MAX_FILE_BYTES = 64 << 10;

    private SigningKeys() {
    }

    /** Makes a fresh key pair. */
    public static KeyPair generate(SigningAlgorithm algorithm) {
        return algorithm.generate();
    }

    /** Makes a fresh key pair on a curve. */
    public static KeyPair generate(EcCurve curve) {
        return generate(SigningAlgorithm.of(curve));
    }

    /**
     * Reads a private key and computes its public key.
     *
     * @param passphrase for an encrypted key; may be null, and is not kept
     * @throws KeyFileException if the file does not hold exactly one usable private key, or others than its owner may write to it
     */
    public static KeyPair readKeyPair(Path pem, char[] passphrase) {
        byte[] text = KeyFiles.readPrivate(pem, MAX_FILE_BYTES);
        try {
            return PemKeys.keyPair(text, pem.toString(), passphrase);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /**
     * Reads a private key from memory and computes its public key.
     *
     * @param pem stays as it is; the caller's to overwrite
     * @param name what to call the text in messages
     * @param passphrase for an encrypted key; may be null, and is not kept
     * @throws KeyFileException if the text does not hold exactly one usable private key
     */
    public static KeyPair parseKeyPair(byte[] pem, String name, char[] passphrase) {
        return PemKeys.keyPair(bounded(pem, name), name, passphrase);
    }

    /** The private half of {@link #readKeyPair}. */
    public static PrivateKey readPrivateKey(Path pem, char[] passphrase) {
        return readKeyPair(pem, passphrase).getPrivate();
    }

    /**
     * What is wrong with who may read the file of a private key: nothing if it is encrypted, or its owner's alone.
     *
     * @throws KeyFileException if the file holds no private key
     */
    public static Optional<String> exposure(Path pem) {
        byte[] text = KeyFiles.readPrivate(pem, MAX_FILE_BYTES);
        try {
            return PemKeys.isEncrypted(text, pem.toString()) ? Optional.empty() : FileAccess.of(pem).exposure();
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /** The same for a file with a secret of another kind, which is never encrypted. */
    public static Optional<String> exposureOfSecret(Path file) {
        return FileAccess.of(file).exposure();
    }

    /** @throws KeyFileException if the file does not hold exactly one usable public key */
    public static PublicKey readPublicKey(Path pem) {
        return PemKeys.publicKey(KeyFiles.read(pem, MAX_FILE_BYTES), pem.toString());
    }

    /**
     * Reads a public key from memory.
     *
     * @param name what to call the text in messages
     * @throws KeyFileException if the text does not hold exactly one usable public key
     */
    public static PublicKey parsePublicKey(byte[] pem, String name) {
        return PemKeys.publicKey(bounded(pem, name), name);
    }

    private static byte[] bounded(byte[] pem, String name) {
        if (pem.length > MAX_FILE_BYTES) {
            throw KeyFiles.tooLarge(name, MAX_FILE_BYTES);
        }
        return pem;
    }

    /**
     * The public key of a private one.
     *
     * @throws IllegalArgumentException if the key is of no {@link SigningAlgorithm}
     */
    public static PublicKey publicKeyOf(PrivateKey privateKey) {
        try {
            return privateKey instanceof ECPrivateKey elliptic ? EcKeys.publicKey(elliptic) : MlDsaPrivateKeys.publicKey(privateKey);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the private key is of no kind that models are signed with", e);
        }
    }

    /**
     * Writes a key pair to two new files. The private one is readable by its owner only (where the file system knows
     * owners) and encrypted if a passphrase is given. Neither file may exist before; on failure neither exists after.
     *
     * @param passphrase at least one character, or null for an unencrypted file; not kept
     * @throws KeyFileException if a file exists or cannot be written
     */
    public static void write(KeyPair keys, Path privatePem, Path publicPem, char[] passphrase) {
        if (passphrase != null && passphrase.length == 0) {
            throw new IllegalArgumentException("an empty passphrase protects nothing; pass null for no encryption");
        }
        byte[] publicText = KeyId.pem(publicKeyOf(keys.getPrivate()));
        byte[] privateText = encodePrivate(keys.getPrivate(), passphrase, privatePem);
        try {
            KeyFiles.create(publicPem, publicText);
            try {
                KeyFiles.create(privatePem, privateText, WholeFile.ownerOnly(privatePem));
            } catch (KeyFileException e) {
                WholeFile.delete(publicPem, e);
                throw e;
            }
        } finally {
            Arrays.fill(privateText, (byte) 0);
        }
    }

    private static byte[] encodePrivate(PrivateKey key, char[] passphrase, Path file) {
        try {
            PrivateKeyInfo info = key instanceof ECPrivateKey elliptic ? EcKeys.encode(elliptic) : MlDsaPrivateKeys.encode(key);
            PemObject block = passphrase == null
                    ? new PemObject("PRIVATE KEY", info.getEncoded())
                    : new PemObject("ENCRYPTED PRIVATE KEY", EncryptedPkcs8.encrypt(info, passphrase).getEncoded());
            var text = new StringWriter();
            try (var writer = new PemWriter(text)) {
                writer.writeObject(block);
            }
            return text.toString().replace(System.lineSeparator(), "\n").getBytes(StandardCharsets.US_ASCII);
        } catch (IOException | GeneralSecurityException e) {
            throw new KeyFileException(file.toString(), "the private key could not be encoded", e);
        }
    }
}
