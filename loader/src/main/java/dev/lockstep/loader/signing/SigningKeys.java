package dev.lockstep.loader.signing;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Elliptic-curve keys for signing models: made, read from PEM files and written to them. Public keys are read from
 * {@code PUBLIC KEY} blocks, private ones from PKCS#8 (plain or encrypted) and SEC1 blocks; text around the block is
 * ignored.
 *
 * <p>A private key lives on the Java heap for as long as its object does and cannot be wiped from there. Keep signing
 * in a short-lived process.
 */
public final class SigningKeys {
    /** A key file is a few hundred bytes, with comments a few thousand. */
    public static final int MAX_FILE_BYTES = 64 << 10;

    private SigningKeys() {
    }

    /** Makes a fresh key pair. */
    public static KeyPair generate(EcCurve curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve.jcaName()));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make a key on " + curve, e);
        }
    }

    /**
     * Reads a private key and computes its public key.
     *
     * @param passphrase for an encrypted key; may be null, and is not kept
     * @throws KeyFileException if the file does not hold exactly one usable private key
     */
    public static KeyPair readKeyPair(Path pem, char[] passphrase) {
        byte[] text = read(pem);
        try {
            return PemKeys.keyPair(text, pem.toString(), passphrase);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /** The private half of {@link #readKeyPair}. */
    public static PrivateKey readPrivateKey(Path pem, char[] passphrase) {
        return readKeyPair(pem, passphrase).getPrivate();
    }

    /** @throws KeyFileException if the file does not hold exactly one usable public key */
    public static ECPublicKey readPublicKey(Path pem) {
        return PemKeys.publicKey(read(pem), pem.toString());
    }

    /**
     * Reads a public key from memory.
     *
     * @param name what to call the text in messages
     * @throws KeyFileException if the text does not hold exactly one usable public key
     */
    public static ECPublicKey parsePublicKey(byte[] pem, String name) {
        if (pem.length > MAX_FILE_BYTES) {
            throw tooLarge(name, MAX_FILE_BYTES);
        }
        return PemKeys.publicKey(pem, name);
    }

    /**
     * The public key of a private one.
     *
     * @throws IllegalArgumentException if the key is not on one of the curves of {@link EcCurve}
     */
    public static ECPublicKey publicKeyOf(ECPrivateKey privateKey) {
        return PemKeys.publicKey(privateKey);
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
        var privateKey = (ECPrivateKey) keys.getPrivate();
        byte[] privateText = encodePrivate(privateKey, passphrase, privatePem);
        try {
            create(publicPem, KeyId.pem(publicKeyOf(privateKey)));
            try {
                create(privatePem, privateText, ownerOnly(privatePem));
            } catch (KeyFileException e) {
                delete(publicPem, e);
                throw e;
            }
        } finally {
            Arrays.fill(privateText, (byte) 0);
        }
    }

    /** With the public point inside, which PKCS#8 leaves optional and some tools insist on. */
    private static byte[] encodePrivate(ECPrivateKey key, char[] passphrase, Path file) {
        ECPublicKey publicKey = publicKeyOf(key);
        EcCurve curve = EcCurve.of(publicKey);
        byte[] point = SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()).getPublicKeyData().getOctets();
        try {
            var info = new PrivateKeyInfo(
                    new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECNamedCurves.getOID(curve.jcaName())),
                    new org.bouncycastle.asn1.sec.ECPrivateKey(curve.parameters().getOrder().bitLength(), key.getS(),
                            new DERBitString(point), null));
            PemObject block = passphrase == null
                    ? new PemObject("PRIVATE KEY", info.getEncoded())
                    : new PemObject("ENCRYPTED PRIVATE KEY", EncryptedPkcs8.encrypt(info, passphrase).getEncoded());
            var text = new StringWriter();
            try (var writer = new PemWriter(text)) {
                writer.writeObject(block);
            }
            return text.toString().replace(System.lineSeparator(), "\n").getBytes(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "the private key could not be encoded", e);
        }
    }

    /** Given when the file is created, not after: there is no moment at which others can open it. */
    private static FileAttribute<?>[] ownerOnly(Path file) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
    }

    private static void create(Path file, byte[] content, FileAttribute<?>... attributes) {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(file, options, attributes)) {
            fill(channel, content, file);
        } catch (FileAlreadyExistsException e) {
            throw new KeyFileException(file.toString(), "already exists and is not overwritten", e);
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "cannot be written: " + e.getMessage(), e);
        }
    }

    private static void fill(FileChannel channel, byte[] content, Path file) throws IOException {
        try {
            var source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                channel.write(source);
            }
            channel.force(true);
        } catch (IOException e) {
            // The file is ours: CREATE_NEW made it. Half a key is worse than none.
            delete(file, e);
            throw e;
        }
    }

    private static void delete(Path file, Exception reason) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private static byte[] read(Path file) {
        return read(file, MAX_FILE_BYTES);
    }

    static byte[] read(Path file, int maxBytes) {
        try (var in = Files.newInputStream(file)) {
            byte[] text = in.readNBytes(maxBytes + 1);
            if (text.length > maxBytes) {
                throw tooLarge(file.toString(), maxBytes);
            }
            return text;
        } catch (NoSuchFileException e) {
            throw new KeyFileException(file.toString(), "does not exist", e);
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    private static KeyFileException tooLarge(String name, int maxBytes) {
        return new KeyFileException(name, "is larger than " + maxBytes + " bytes, so it is no key file");
    }
}
