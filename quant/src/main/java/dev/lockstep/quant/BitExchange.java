package dev.lockstep.quant;

import dev.lockstep.quant.BlockOrder.Place;
import java.lang.foreign.MemorySegment;

/**
 * Transpositions of small matrices whose elements are bit fields of 8-byte words. All of them are made of one exchange: two
 * words, seen as fields of {@code width} bits numbered from the lowest, trade the odd fields of the first for the even fields
 * of the second. Each is its own inverse if source and target change places.
 */
final class BitExchange {
    private static final long EVEN_NIBBLES = 0x0F0F_0F0F_0F0F_0F0FL;
    private static final long EVEN_PAIRS = 0x3333_3333_3333_3333L;

    private BitExchange() {
    }

    /** The even fields of {@code x}, each followed by the same field of {@code y}; {@code mask} is the even fields. */
    static long evens(long x, long y, long mask, int width) {
        return x & mask | (y & mask) << width;
    }

    /** The odd fields of {@code x}, each followed by the same field of {@code y}; {@code mask} is the even fields. */
    static long odds(long x, long y, long mask, int width) {
        return x >>> width & mask | y & ~mask;
    }

    /** Two rows of 16 bytes: the first row of the result has the lower nibbles of both, the second one the upper nibbles. */
    static void nibbles(int count, MemorySegment from, long at, Place fromPlace, MemorySegment to, long toAt, Place toPlace) {
        for (int i = 0; i < count; i++) {
            long x = at + fromPlace.offset() + (long) i * fromPlace.repeat();
            long y = x + fromPlace.stride();
            long x0 = from.get(LittleEndian.LONG, x);
            long x1 = from.get(LittleEndian.LONG, x + Long.BYTES);
            long y0 = from.get(LittleEndian.LONG, y);
            long y1 = from.get(LittleEndian.LONG, y + Long.BYTES);
            long lower = toAt + toPlace.offset() + (long) i * toPlace.repeat();
            long upper = lower + toPlace.stride();
            to.set(LittleEndian.LONG, lower, evens(x0, y0, EVEN_NIBBLES, 4));
            to.set(LittleEndian.LONG, lower + Long.BYTES, evens(x1, y1, EVEN_NIBBLES, 4));
            to.set(LittleEndian.LONG, upper, odds(x0, y0, EVEN_NIBBLES, 4));
            to.set(LittleEndian.LONG, upper + Long.BYTES, odds(x1, y1, EVEN_NIBBLES, 4));
        }
    }

    /**
     * Four rows of 8 bytes, seen as a matrix of 4 × 4 pairs of bits for each byte: pair f of a byte of row k becomes pair k of
     * that byte of row f.
     */
    static void bitPairs(int count, MemorySegment from, long at, Place fromPlace, MemorySegment to, long toAt, Place toPlace) {
        for (int i = 0; i < count; i++) {
            long row = at + fromPlace.offset() + (long) i * fromPlace.repeat();
            long stride = fromPlace.stride();
            long x0 = from.get(LittleEndian.LONG, row);
            long x1 = from.get(LittleEndian.LONG, row + stride);
            long x2 = from.get(LittleEndian.LONG, row + 2 * stride);
            long x3 = from.get(LittleEndian.LONG, row + 3 * stride);
            long evens01 = evens(x0, x1, EVEN_PAIRS, 2);
            long evens23 = evens(x2, x3, EVEN_PAIRS, 2);
            long odds01 = odds(x0, x1, EVEN_PAIRS, 2);
            long odds23 = odds(x2, x3, EVEN_PAIRS, 2);
            long toRow = toAt + toPlace.offset() + (long) i * toPlace.repeat();
            long toStride = toPlace.stride();
            to.set(LittleEndian.LONG, toRow, evens(evens01, evens23, EVEN_NIBBLES, 4));
            to.set(LittleEndian.LONG, toRow + toStride, evens(odds01, odds23, EVEN_NIBBLES, 4));
            to.set(LittleEndian.LONG, toRow + 2 * toStride, odds(evens01, evens23, EVEN_NIBBLES, 4));
            to.set(LittleEndian.LONG, toRow + 3 * toStride, odds(odds01, odds23, EVEN_NIBBLES, 4));
        }
    }

    /** Eight rows of one byte, seen as a matrix of 8 × 8 bits: bit g of byte i becomes bit i of byte g. */
    static void bits(int count, MemorySegment from, long at, Place fromPlace, MemorySegment to, long toAt, Place toPlace) {
        for (int i = 0; i < count; i++) {
            long row = at + fromPlace.offset() + (long) i * fromPlace.repeat();
            long bits = fromPlace.stride() == 1 ? from.get(LittleEndian.LONG, row) : gather(from, row, fromPlace.stride());
            scatter(transpose8x8(bits), to, toAt + toPlace.offset() + (long) i * toPlace.repeat(), toPlace.stride());
        }
    }

    private static long gather(MemorySegment from, long at, long stride) {
        long bytes = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            bytes |= (from.get(LittleEndian.BYTE, at + i * stride) & 0xFFL) << i * Byte.SIZE;
        }
        return bytes;
    }

    private static void scatter(long bytes, MemorySegment to, long at, long stride) {
        for (int i = 0; i < Long.BYTES; i++) {
            to.set(LittleEndian.BYTE, at + i * stride, (byte) (bytes >>> i * Byte.SIZE));
        }
    }

    /** Swaps what lies across the diagonal in ever larger squares: 1 × 1, 2 × 2, 4 × 4 bits. */
    private static long transpose8x8(long rows) {
        long x = swap(rows, 0x00AA_00AA_00AA_00AAL, 7);
        x = swap(x, 0x0000_CCCC_0000_CCCCL, 14);
        return swap(x, 0x0000_0000_F0F0_F0F0L, 28);
    }

    /** Swaps the bits in {@code mask} with those {@code distance} places above. */
    private static long swap(long x, long mask, int distance) {
        long difference = (x ^ x >>> distance) & mask;
        return x ^ difference ^ difference << distance;
    }

    /** Bytes as they are. */
    static void copy(int count, MemorySegment from, long at, Place fromPlace, MemorySegment to, long toAt, Place toPlace) {
        for (int i = 0; i < count; i++) {
            long x = at + fromPlace.offset() + (long) i * fromPlace.repeat();
            copy(fromPlace.stride(), from, x, to, toAt + toPlace.offset() + (long) i * toPlace.repeat());
        }
    }

    private static void copy(int bytes, MemorySegment from, long at, MemorySegment to, long toAt) {
        int i = 0;
        for (; i <= bytes - Long.BYTES; i += Long.BYTES) {
            to.set(LittleEndian.LONG, toAt + i, from.get(LittleEndian.LONG, at + i));
        }
        for (; i < bytes; i++) {
            to.set(LittleEndian.BYTE, toAt + i, from.get(LittleEndian.BYTE, at + i));
        }
    }
}
