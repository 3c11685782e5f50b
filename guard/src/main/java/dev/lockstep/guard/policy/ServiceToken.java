package dev.lockstep.guard.policy;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.SigningKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a service proves with that it is the one whom a policy names: 256 random bits as text. The policy holds its SHA-256 only, which
 * needs no salt and no slow hash, since nobody can guess such a number. A token comes from a file or a pipe, never from an argument or the
 * environment, where others can read it. Its owner closes it, which overwrites it. Not thread-safe.
 */
public final class ServiceToken implements AutoCloseable {
    private static final int RANDOM_BYTES = 32;

    /** Of which a token must not have fewer: base64 of 256 bits. */
    private static final int MIN_CHARS = 43;

    /** Longer than what any issuer makes. */
    private static final int MAX_BYTES = 4096;

    /** Printable ASCII, no spaces. */
    private final byte[] text;

    private ServiceToken(byte[] text) {
        this.text = text;
    }

    /** A new one. */
    public static ServiceToken generate() {
        byte[] random = new byte[RANDOM_BYTES];
        try {
            new SecureRandom().nextBytes(random);
            return new ServiceToken(Base64.getUrlEncoder().withoutPadding().encode(random));
        } finally {
            Arrays.fill(random, (byte) 0);
        }
    }

    /**
     * The one in a file, with or without the end of a line.
     *
     * @throws KeyFileException if there is none in it, or others than its owner can read it
     */
    public static ServiceToken read(Path file) {
        SigningKeys.exposureOfSecret(file).ifPresent(problem -> {
            throw new KeyFileException(file.toString(), "holds a token, and " + problem + "; have a new one made (lockstep policy token), and chmod 600"
                    + " its file");
        });
        return ofLine(BoundedFile.read(file, MAX_BYTES, ", so it is no token", KeyFileException::new), file.toString());
    }

    /** The same for what comes from a pipe, to its end; {@code name} is what messages call it. */
    public static ServiceToken read(ReadableByteChannel in, String name) throws IOException {
        byte[] bytes = new byte[MAX_BYTES + 1];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining() && in.read(buffer) >= 0) {
                // until the end
            }
            if (!buffer.hasRemaining()) {
                throw new KeyFileException(name, "is larger than " + MAX_BYTES + " bytes, so it is no token");
            }
            return ofLine(Arrays.copyOf(bytes, buffer.position()), name);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Overwrites the line. */
    static ServiceToken ofLine(byte[] line, String name) {
        int end = line.length;
        while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r')) {
            end--;
        }
        byte[] text = Arrays.copyOf(line, end);
        Arrays.fill(line, (byte) 0);
        var token = new ServiceToken(text);
        if (!token.isWellFormed()) {
            token.close();
            throw new KeyFileException(name, "holds no token: one line of " + MIN_CHARS + " or more printable characters without spaces");
        }
        return token;
    }

    private boolean isWellFormed() {
        boolean printable = true;
        for (byte each : text) {
            printable &= each > ' ' && each < 0x7f;
        }
        return printable && text.length >= MIN_CHARS;
    }

    /** What a policy holds: 64 hex digits. */
    public String sha256() {
        return HexFormat.of().formatHex(Sha256.of(text));
    }

    /**
     * The service that a policy names by this token, whether its time has ended or not: {@link PolicyDecider} asks that. The time this
     * takes says nothing of tokens or hashes.
     */
    public Optional<Principal> service(GuardPolicy policy) {
        byte[] hash = Sha256.of(text);
        Principal found = null;
        for (PrincipalEntry entry : policy.principals()) {
            boolean same = entry.tokenSha256().map(hex -> MessageDigest.isEqual(hash, HexFormat.of().parseHex(hex))).orElse(false);
            found = same ? entry.asService() : found;
        }
        return Optional.ofNullable(found);
    }

    /** The text, to be shown once to whoever is to keep it; the caller overwrites the array. */
    public byte[] copyOfText() {
        return text.clone();
    }

    @Override
    public void close() {
        Arrays.fill(text, (byte) 0);
    }

    /** Says nothing. */
    @Override
    public String toString() {
        return "ServiceToken";
    }
}
