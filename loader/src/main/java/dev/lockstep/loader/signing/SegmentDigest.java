package dev.lockstep.loader.signing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A hash over off-heap memory. One thread at a time.
 *
 * <p>{@code MessageDigest.update(ByteBuffer)} keeps the last bytes of a direct buffer in an array of its own on the
 * heap. Here every byte passes through one array that is overwritten with zeros at the end of each call.
 */
public final class SegmentDigest {
    /** Half of a first-level cache, so that what was copied is hashed there; large enough that the calls do not count. */
    static final int SCRATCH_BYTES = 16 << 10;

    private final MessageDigest digest;
    private final byte[] scratch;

    /** Starts a digest. */
    public SegmentDigest(HashAlgorithm algorithm) {
        digest = algorithm.start();
        scratch = new byte[SCRATCH_BYTES];
    }

    /** Adds all bytes of a segment, of any length. */
    public void update(MemorySegment segment) {
        long byteSize = segment.byteSize();
        try {
            for (long byteOffset = 0; byteOffset < byteSize; byteOffset += SCRATCH_BYTES) {
                int count = (int) Math.min(SCRATCH_BYTES, byteSize - byteOffset);
                MemorySegment.copy(segment, JAVA_BYTE, byteOffset, scratch, 0, count);
                digest.update(scratch, 0, count);
            }
        } finally {
            Arrays.fill(scratch, (byte) 0);
        }
    }

    /** The bytes of the digest; the next update starts a new one. */
    public byte[] digest() {
        return digest.digest();
    }

    /** For tests: true while the scratch holds no byte of the input. */
    boolean scratchIsClean() {
        for (byte b : scratch) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
