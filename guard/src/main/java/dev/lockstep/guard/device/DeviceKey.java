package dev.lockstep.guard.device;

import dev.lockstep.guard.audit.VerifierKey;
import dev.lockstep.guard.internal.crypto.Ed25519;
import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.internal.files.WholeFolder;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The key of this device, an Ed25519 key in a folder of its own: who holds it can speak in the device's name. Immutable.
 *
 * <p>The folder holds the private key ({@value #PRIVATE_KEY}, PKCS#8 PEM, readable by its owner only), the public one ({@value #PUBLIC_KEY})
 * and the name. The JDK's object of a private key lives on the heap and cannot be wiped; all other copies are overwritten.
 */
public final class DeviceKey implements DeviceSigner {
    static final String PRIVATE_KEY = "device.key.pem";
    static final String PUBLIC_KEY = "device.pub.pem";
    static final String NAME = "device.name";

    private static final List<String> FILES = List.of(PRIVATE_KEY, PUBLIC_KEY, NAME);

    /** Signed to see whether two keys are a pair: no signed note, DSSE envelope or message of TLS begins like this. */
    private static final byte[] PAIR_TEST = "lockstep-device-key-pair-test/v1\n".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private DeviceKey(String name, KeyPair keys) {
        this.name = name;
        this.privateKey = keys.getPrivate();
        this.publicKey = keys.getPublic();
    }

    /**
     * The key in a folder; if there is none, one is made, called after the host.
     *
     * @throws KeyFileException if it cannot be read or written, is damaged, or others than its owner can read or change it
     */
    public static DeviceKey openOrCreate(Path folder) {
        if (!exists(folder)) {
            createIfAbsent(folder, DeviceName.ofHost());
        }
        return open(folder);
    }

    /**
     * Makes a key.
     *
     * @param name 1 to 63 lower-case letters, digits, dots, dashes and underscores
     * @throws KeyFileException if there is one already, other files lie there, or it cannot be written
     */
    public static DeviceKey create(Path folder, String name) {
        if (exists(folder) || !createIfAbsent(folder, DeviceName.require(name))) {
            throw new KeyFileException(folder.toString(), "holds the key of this device already, under the name that it was given when it was made");
        }
        return open(folder);
    }

    /** True if a key was made in this folder. */
    public static boolean exists(Path folder) {
        return Files.exists(folder.resolve(PRIVATE_KEY), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * False if somebody else made one meanwhile.
     *
     * @throws KeyFileException if other files lie there, or it cannot be written
     */
    private static boolean createIfAbsent(Path folder, String name) {
        KeyPair keys = Ed25519Keys.generate();
        byte[] secret = Ed25519Keys.pem(keys.getPrivate());
        try {
            boolean created = WholeFolder.create(folder, Map.of(PRIVATE_KEY, secret, PUBLIC_KEY, Ed25519Keys.pem(keys.getPublic()),
                    NAME, (name + '\n').getBytes(StandardCharsets.US_ASCII)));
            if (!created && !exists(folder)) {
                throw new KeyFileException(folder.toString(), "holds other files, and no key of this device; the key needs a folder of its own");
            }
            return created;
        } catch (IOException e) {
            throw new KeyFileException(folder.toString(), "no key of this device can be made in it: " + e, e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * The key that is there.
     *
     * @throws KeyFileException if there is none, it is damaged, or others than its owner can read or change it
     */
    public static DeviceKey open(Path folder) {
        requirePrivate(folder);
        String name = name(folder.resolve(NAME));
        PublicKey publicKey = DeviceCertificate.requestedKey(folder.resolve(PUBLIC_KEY));
        var key = new DeviceKey(name, new KeyPair(publicKey, privateKey(folder.resolve(PRIVATE_KEY))));
        if (!Ed25519.verify(publicKey, PAIR_TEST, key.sign(PAIR_TEST))) {
            throw new KeyFileException(folder.toString(), "holds a public key that is not that of the private key");
        }
        return key;
    }

    private static void requirePrivate(Path folder) {
        Path key = folder.resolve(PRIVATE_KEY);
        SigningKeys.exposure(key).ifPresent(problem -> {
            throw new KeyFileException(key.toString(), "is the private key of this device, and " + problem + "; it may be known by now: delete "
                    + folder + ", have a new key made, and enrol it");
        });
        try {
            List<String> problems = FileExposure.of(FILES.stream().map(folder::resolve).toList());
            if (!problems.isEmpty()) {
                throw new KeyFileException(folder.toString(), "could be changed by others: " + String.join("; ", problems)
                        + ". Make sure that it is still yours, then take that right away (chmod go-w)");
            }
        } catch (IOException e) {
            throw new KeyFileException(folder.toString(), "has permissions that cannot be read: " + e, e);
        }
    }

    private static String name(Path file) {
        String line = new String(Ed25519Keys.read(file), StandardCharsets.ISO_8859_1);
        if (!line.endsWith("\n") || !DeviceName.isOne(line.substring(0, line.length() - 1))) {
            throw new KeyFileException(file.toString(), "holds no name of a device");
        }
        return line.substring(0, line.length() - 1);
    }

    private static PrivateKey privateKey(Path file) {
        byte[] pem = Ed25519Keys.read(file);
        try {
            return Ed25519Keys.privateKey(pem, file.toString());
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public byte[] sign(byte[] message) {
        return Ed25519Keys.sign(privateKey, message);
    }

    /** The id of the key: SHA-256 of its public PEM file. */
    public KeyId id() {
        return Ed25519Keys.id(publicKey);
    }

    /** The public key as PEM text, what an administrator certifies. */
    public String publicPem() {
        return new String(Ed25519Keys.pem(publicKey), StandardCharsets.US_ASCII);
    }

    /** The public key as verifiers of C2SP signed notes take it: {@code NAME+HASH+KEY}. */
    public String vkey() {
        return VerifierKey.of(this).text();
    }

    /** Never shows the private key. */
    @Override
    public String toString() {
        return "DeviceKey[" + name + ", " + id() + ']';
    }
}
