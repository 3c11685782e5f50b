package dev.lockstep.loader.age;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * A MAC (HMAC-SHA-256) that only the holder of an identity can make, and only the holder can check: age itself proves no more than that
 * the writer of a file knew a recipient, and recipients are public.
 *
 * <p>Made by {@link AgeIdentity#newMac}. Whoever makes one closes it, which overwrites its scratch memory. One text, one thread.
 */
public final class OwnerMac implements AutoCloseable {
    /** Bytes of a MAC. */
    public static final int BYTES = 32;

    /** Bytes of a salt: random, and stored beside the text. */
    public static final int SALT_BYTES = 16;

    private static final int SCRATCH_BYTES = 8 << 10;

    private final Mac mac;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    OwnerMac(byte[] key) {
        this.mac = AgeCrypto.newMac(key);
    }

    /** Adds a piece of the text. Off-heap memory goes through scratch of {@value #SCRATCH_BYTES} bytes that is overwritten. */
    public void update(MemorySegment text) {
        for (long done = 0; done < text.byteSize();) {
            int piece = (int) Math.min(text.byteSize() - done, SCRATCH_BYTES);
            MemorySegment.copy(text, JAVA_BYTE, done, scratch, 0, piece);
            mac.update(scratch, 0, piece);
            done += piece;
        }
    }

    /** The MAC of all pieces, {@value #BYTES} bytes. Compare it with {@code MessageDigest.isEqual}. */
    public byte[] finish() {
        return mac.doFinal();
    }

    /** Overwrites the scratch memory. Idempotent. */
    @Override
    public void close() {
        mac.reset();
        Arrays.fill(scratch, (byte) 0);
    }
}
