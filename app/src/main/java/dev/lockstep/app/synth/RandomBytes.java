package dev.lockstep.app.synth;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * An endless stream of random bytes whose every place can be computed by itself, so that any number of threads can write parts
 * of it: the n-th long is a mixed multiple of n (SplitMix64: Steele, Lea and Flood 2014). Fast and even, nothing more: no
 * secret may depend on it.
 *
 * @param key chooses the stream
 */
record RandomBytes(long key) {
    /** 2⁶⁴ divided by the golden ratio. */
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** The stream of a name; names and seeds that differ give streams that have nothing in common. */
    static RandomBytes of(long seed, String name) {
        long key = mix(seed + GOLDEN);
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            key = mix(key + GOLDEN ^ letter);
        }
        return new RandomBytes(key);
    }

    /**
     * Fills {@code target} with the bytes of the stream from {@code position} on.
     *
     * @param position in bytes, a multiple of 8
     */
    void fill(MemorySegment target, long position) {
        long state = key + position / Long.BYTES * GOLDEN;
        long at = 0;
        for (; at + Long.BYTES <= target.byteSize(); at += Long.BYTES) {
            state += GOLDEN;
            target.set(LittleEndian.LONG, at, mix(state));
        }
        for (long last = mix(state + GOLDEN); at < target.byteSize(); at++, last >>>= Byte.SIZE) {
            target.set(LittleEndian.BYTE, at, (byte) last);
        }
    }

    private static long mix(long state) {
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
