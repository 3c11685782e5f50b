package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names that are not to be read in a log (paths, addresses) as pseudonyms: HMAC-SHA-256 under a key that lies beside the log and is not
 * exported. The same name has the same hash in one log; who has the log without the key can neither read a name nor try names. Immutable.
 */
public final class IdentifierHash {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "hmac:";

    /** As many as the hash has. */
    private static final int KEY_BYTES = 32;

    /** 128 bits: nobody meets two names with one of them. */
    private static final int SHOWN_BYTES = 16;

    private final SecretKeySpec key;

    private IdentifierHash(SecretKeySpec key) {
        this.key = key;
    }

    /**
     * That of a log; its key is made if there is none.
     *
     * @throws AuditException if the key cannot be read or made
     */
    public static IdentifierHash of(Path folder) {
        var files = new LogFolder(folder);
        try {
            files.create();
            try (var lock = new FolderLock(files); var _ = lock.acquire()) {
                return new IdentifierHash(new SecretKeySpec(key(files.hashKey()), ALGORITHM));
            }
        } catch (IOException e) {
            throw new AuditException(folder.toString(), "has no key for hashes of names, and none can be made: " + e, e);
        }
    }

    private static byte[] key(Path file) throws IOException {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] random = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(random);
            WholeFile.replace(file, random, WholeFile.ownerOnly(file));
        }
        byte[] key = BoundedFile.read(file, KEY_BYTES, ", so it is no key", AuditException::new);
        if (key.length != KEY_BYTES) {
            throw new AuditException(file.toString(), "is cut off");
        }
        return key;
    }

    /** {@code hmac:} and 32 hex digits. */
    public String of(String name) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return PREFIX + HexFormat.of().formatHex(mac.doFinal(name.getBytes(StandardCharsets.UTF_8)), 0, SHOWN_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
    }
}
