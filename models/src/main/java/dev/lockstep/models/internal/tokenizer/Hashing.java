package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;

/**
 * Hashes for the vocabulary's tables. The seed differs in every process, so that a vocabulary whose author wants
 * every entry in one slot cannot be written. Hashes must therefore never leave the process or decide a result.
 */
final class Hashing {
    private static final long SEED = new SecureRandom().nextLong();

    /** Odd, with bits evenly spread: 2^64 divided by the golden ratio. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private Hashing() { }

    static int of(MemorySegment text, long at, int length) {
        long hash = SEED;
        for (int i = 0; i < length; i++) {
            hash = step(hash, text.get(JAVA_BYTE, at + i));
        }
        return finish(hash);
    }

    /** Equal to {@link #of(MemorySegment, long, int)} of the same bytes. */
    static int of(StringTable table, int index) {
        long hash = SEED;
        for (int i = 0; i < table.length(index); i++) {
            hash = step(hash, table.byteAt(index, i));
        }
        return finish(hash);
    }

    static int of(int first, int second) {
        return finish(step(step(SEED, first), second));
    }

    private static long step(long hash, int value) {
        long mixed = (hash ^ (value & 0xFFFFFFFFL)) * SPREAD;
        return mixed ^ mixed >>> 32;
    }

    private static int finish(long hash) {
        return (int) (hash * SPREAD >>> 32);
    }

    /** Slots for a table of {@code entries}: a power of two, at most three quarters full, never full. */
    static int slotCount(int entries) {
        long wanted = Math.max(4, entries * 4L / 3 + 1);
        return Math.toIntExact(Long.highestOneBit(wanted - 1) << 1);
    }
}
