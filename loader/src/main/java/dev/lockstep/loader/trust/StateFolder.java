package dev.lockstep.loader.trust;

import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.loader.internal.files.WholeFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The folder of a device's sealed state: a key, and a file with an HMAC-SHA-256 under it. */
record StateFolder(Path path) {
    private static final String KEY = "device.key";
    private static final String STATE = "seen.json";
    private static final String LOCK = "lock";
    private static final String ALGORITHM = "HmacSHA256";

    /** As many as the hash has. */
    private static final int KEY_BYTES = 32;

    /** Something locked. */
    interface AutoCloseableLock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** True if nothing was ever remembered here: there is no folder, or an empty one. */
    boolean isNew() throws IOException {
        return WholeFolder.isEmpty(path);
    }

    boolean hasKey() throws IOException {
        return has(KEY);
    }

    boolean hasState() throws IOException {
        return has(STATE);
    }

    /** Not {@code Files.exists}, which is false for what may not be looked at as well. */
    private boolean has(String name) throws IOException {
        try {
            Files.readAttributes(path.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** @throws IOException if others could put another key and another state here */
    void requireProtected() throws IOException {
        List<String> problems = FileExposure.of(path);
        if (!problems.isEmpty()) {
            throw new IOException(String.join("; ", problems) + ", so what it holds proves nothing");
        }
    }

    /** A lock that other processes respect until it is closed; within one process it must be taken by one thread at a time. */
    AutoCloseableLock lock() throws IOException {
        var channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.lock();
            return channel::close;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    byte[] state(int maxBytes) throws IOException {
        return read(STATE, maxBytes);
    }

    /**
     * Replaces the state in one step.
     *
     * @param state makes the state, given what seals a text
     */
    void replaceState(Function<UnaryOperator<byte[]>, byte[]> state) throws IOException {
        byte[] key = key();
        try {
            // the state is no secret, and how long an audit log is must be remembered when the process ends, too
            WholeFile.replacePublic(path.resolve(STATE), state.apply(text -> mac(key, text)), WholeFile.ownerOnly(path));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** The seal of a text. */
    byte[] mac(byte[] text) throws IOException {
        byte[] key = key();
        try {
            return mac(key, text);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private byte[] key() throws IOException {
        byte[] key = read(KEY, KEY_BYTES);
        if (key.length != KEY_BYTES) {
            throw new IOException(path.resolve(KEY) + " is cut off");
        }
        return key;
    }

    private static byte[] mac(byte[] key, byte[] text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
    }

    /**
     * Makes the folder with a fresh key and a first state, all of it in one step: a crash leaves no key without a state.
     *
     * @param state makes the state, given what seals a text
     * @return false if somebody else made the folder meanwhile
     */
    boolean create(Function<UnaryOperator<byte[]>, byte[]> state) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            return WholeFolder.create(path, Map.of(KEY, key, STATE, state.apply(text -> mac(key, text))));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private byte[] read(String name, int maxBytes) throws IOException {
        Path file = path.resolve(name);
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException(file + " is larger than " + maxBytes + " bytes");
            }
            return bytes;
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
