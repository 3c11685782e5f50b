package dev.lockstep.securemem;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;

/** Random bytes on both sides of an allocation. If they have changed when it is freed, somebody has written where nothing was theirs. */
final class Canary {
    /** A cache line, so that what lies behind it is aligned like what lies before. */
    static final long BYTES = SecureArena.ALIGNMENT;

    /** Another one in each process, so that nobody can know what to write. */
    private static final byte[] PATTERN = new byte[(int) BYTES];

    static {
        new SecureRandom().nextBytes(PATTERN);
    }

    private Canary() {
    }

    /** @param place at most {@link #BYTES} bytes */
    static void write(MemorySegment place) {
        MemorySegment.copy(PATTERN, 0, place, ValueLayout.JAVA_BYTE, 0, (int) place.byteSize());
    }

    static boolean isIntact(MemorySegment place) {
        int difference = 0;
        for (int i = 0; i < place.byteSize(); i++) {
            difference |= place.get(ValueLayout.JAVA_BYTE, i) ^ PATTERN[i];
        }
        return difference == 0;
    }
}
