package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Weaves rows j and j + 1 of each quarter of a panel: eight rows that are neighbours in it, whatever the size of the units. 8
 * bytes of each row are transposed in registers and stored 8 bytes at a time.
 *
 * <p>All methods weave {@code units} consecutive units of {@code blocks} consecutive blocks. Offsets and distances are in
 * bytes: {@code row} is where the first unit of row j of the first quarter is, row j + 1 follows {@code next} bytes behind it,
 * and row j of the next quarter {@code quarter} bytes behind it. {@code toAt} is where that first unit goes.
 *
 * @param panelRows rows of a panel
 * @param blockBytes bytes of one row's block
 */
record OctetWeaver(int panelRows, int blockBytes) {
    private static final long EVEN_BYTES = 0x00FF_00FF_00FF_00FFL;
    private static final long EVEN_SHORTS = 0x0000_FFFF_0000_FFFFL;
    private static final long EVEN_INTS = 0x0000_0000_FFFF_FFFFL;

    /** Single bytes: of each row, one after the other, in the order of the quarters 0, 2, 1, 3. */
    void bytes(MemorySegment from, long row, long next, long quarter, int units, int blocks, MemorySegment to, long toAt) {
        for (int block = 0; block < blocks; block++) {
            long in = row + (long) block * blockBytes;
            long at = toAt + (long) block * blockBytes * panelRows;
            int unit = 0;
            for (; unit <= units - Long.BYTES; unit += Long.BYTES) {
                eightBytes(from, in + unit, next, quarter, to, at + (long) unit * panelRows, panelRows);
            }
            for (; unit < units; unit++) {
                long pair = quadruple(from, in + unit, quarter) | quadruple(from, in + unit + next, quarter) << Integer.SIZE;
                to.set(LittleEndian.LONG, at + (long) unit * panelRows, pair);
            }
        }
    }

    /** One byte of each quarter, in the order of a panel. */
    private static long quadruple(MemorySegment from, long at, long quarter) {
        return from.get(LittleEndian.BYTE, at) & 0xFFL
                | (from.get(LittleEndian.BYTE, at + 2 * quarter) & 0xFFL) << 8
                | (from.get(LittleEndian.BYTE, at + quarter) & 0xFFL) << 16
                | (from.get(LittleEndian.BYTE, at + 3 * quarter) & 0xFFL) << 24;
    }

    private static void eightBytes(MemorySegment from, long row, long next, long quarter, MemorySegment to, long at, long stride) {
        long a0 = from.get(LittleEndian.LONG, row);
        long a1 = from.get(LittleEndian.LONG, row + quarter);
        long a2 = from.get(LittleEndian.LONG, row + 2 * quarter);
        long a3 = from.get(LittleEndian.LONG, row + 3 * quarter);
        long b0 = from.get(LittleEndian.LONG, row + next);
        long b1 = from.get(LittleEndian.LONG, row + next + quarter);
        long b2 = from.get(LittleEndian.LONG, row + next + 2 * quarter);
        long b3 = from.get(LittleEndian.LONG, row + next + 3 * quarter);
        storeShorts(BitExchange.evens(a0, a2, EVEN_BYTES, Byte.SIZE), BitExchange.evens(a1, a3, EVEN_BYTES, Byte.SIZE),
                BitExchange.evens(b0, b2, EVEN_BYTES, Byte.SIZE), BitExchange.evens(b1, b3, EVEN_BYTES, Byte.SIZE),
                to, at, 2 * stride);
        storeShorts(BitExchange.odds(a0, a2, EVEN_BYTES, Byte.SIZE), BitExchange.odds(a1, a3, EVEN_BYTES, Byte.SIZE),
                BitExchange.odds(b0, b2, EVEN_BYTES, Byte.SIZE), BitExchange.odds(b1, b3, EVEN_BYTES, Byte.SIZE),
                to, at + stride, 2 * stride);
    }

    /** Units of 2 bytes: quarters 0 and 1 of each row, and half a panel's width further on quarters 2 and 3. */
    void shorts(MemorySegment from, long row, long next, long quarter, int units, int blocks, MemorySegment to, long toAt) {
        for (int block = 0; block < blocks; block++) {
            long in = (long) block * blockBytes;
            long at = toAt + (long) block * blockBytes * panelRows;
            shortPairs(from, row + in, next, quarter, units, to, at);
            shortPairs(from, row + in + 2 * quarter, next, quarter, units, to, at + panelRows);
        }
    }

    private void shortPairs(MemorySegment from, long row, long next, long quarter, int units, MemorySegment to, long toAt) {
        long stride = (long) panelRows * Short.BYTES;
        int unit = 0;
        for (; unit <= units - 4; unit += 4) {
            long a = row + (long) unit * Short.BYTES;
            long b = a + next;
            storeShorts(from.get(LittleEndian.LONG, a), from.get(LittleEndian.LONG, a + quarter),
                    from.get(LittleEndian.LONG, b), from.get(LittleEndian.LONG, b + quarter), to, toAt + unit * stride, stride);
        }
        for (; unit < units; unit++) {
            long a = row + (long) unit * Short.BYTES;
            long b = a + next;
            long pairA = pair(from.get(LittleEndian.SHORT, a), from.get(LittleEndian.SHORT, a + quarter));
            long pairB = pair(from.get(LittleEndian.SHORT, b), from.get(LittleEndian.SHORT, b + quarter));
            to.set(LittleEndian.LONG, toAt + unit * stride, pairA | pairB << Integer.SIZE);
        }
    }

    private static long pair(short low, short high) {
        return low & 0xFFFFL | (high & 0xFFFFL) << Short.SIZE;
    }

    /** Units of 4 bytes: rows j and j + 1, and the next quarter a quarter of a panel's width further on. */
    void ints(MemorySegment from, long row, long next, long quarter, int units, int blocks, MemorySegment to, long toAt) {
        for (int block = 0; block < blocks; block++) {
            long in = (long) block * blockBytes;
            for (int c = 0; c < 4; c++) {
                intPairs(from, row + in + c * quarter, next, units, to, toAt + ((long) block * blockBytes + c) * panelRows);
            }
        }
    }

    private void intPairs(MemorySegment from, long row, long next, int units, MemorySegment to, long toAt) {
        long stride = (long) panelRows * Integer.BYTES;
        int unit = 0;
        for (; unit <= units - 2; unit += 2) {
            long in = row + (long) unit * Integer.BYTES;
            storeInts(from.get(LittleEndian.LONG, in), from.get(LittleEndian.LONG, in + next), to, toAt + unit * stride, stride);
        }
        if (unit < units) {
            long in = row + (long) unit * Integer.BYTES;
            to.set(LittleEndian.INT, toAt + unit * stride, from.get(LittleEndian.INT, in));
            to.set(LittleEndian.INT, toAt + unit * stride + Integer.BYTES, from.get(LittleEndian.INT, in + next));
        }
    }

    /** Stores the four columns of four rows of four shorts. */
    private static void storeShorts(long a, long b, long c, long d, MemorySegment to, long at, long stride) {
        storeInts(BitExchange.evens(a, b, EVEN_SHORTS, Short.SIZE), BitExchange.evens(c, d, EVEN_SHORTS, Short.SIZE),
                to, at, 2 * stride);
        storeInts(BitExchange.odds(a, b, EVEN_SHORTS, Short.SIZE), BitExchange.odds(c, d, EVEN_SHORTS, Short.SIZE),
                to, at + stride, 2 * stride);
    }

    /** Stores the two columns of two rows of two ints. */
    private static void storeInts(long a, long b, MemorySegment to, long at, long stride) {
        to.set(LittleEndian.LONG, at, BitExchange.evens(a, b, EVEN_INTS, Integer.SIZE));
        to.set(LittleEndian.LONG, at + stride, BitExchange.odds(a, b, EVEN_INTS, Integer.SIZE));
    }
}
