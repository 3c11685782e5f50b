package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.zip.DataFormatException;

/** Fletcher's checksum of 32 bits, as HDF5 puts it behind a chunk: of big-endian pairs of bytes, modulo 65535 (HDF5's H5checksum.c). */
final class Fletcher32 {
    private static final int CHECKSUM_BYTES = Integer.BYTES;
    private static final int SUM_BITS = 16;
    private static final int SUM_MASK = 0xFFFF;

    /** So many pairs leave the first sum below 2^37, and the second, which grows by the first with each of them, below 2^58. */
    private static final long PAIRS_AT_ONCE = 1L << 20;

    private Fletcher32() {
    }

    /**
     * The bytes before the checksum.
     *
     * @throws DataFormatException if it is not theirs
     */
    static MemorySegment withoutChecksum(MemorySegment checked) throws DataFormatException {
        long count = checked.byteSize() - CHECKSUM_BYTES;
        if (count < 0) {
            throw new DataFormatException("it is shorter than its checksum");
        }
        MemorySegment bytes = checked.asSlice(0, count);
        if (of(bytes) != checked.get(LittleEndian.INT, count)) {
            throw new DataFormatException("its checksum (fletcher32) is wrong");
        }
        return bytes;
    }

    static int of(MemorySegment bytes) {
        long pairs = bytes.byteSize() / 2;
        long sum = 0;
        long sumOfSums = 0;
        for (long from = 0; from < pairs; from += PAIRS_AT_ONCE) {
            long to = Math.min(pairs, from + PAIRS_AT_ONCE);
            for (long i = from; i < to; i++) {
                sum += pair(bytes.get(LittleEndian.BYTE, 2 * i), bytes.get(LittleEndian.BYTE, 2 * i + 1));
                sumOfSums += sum;
            }
            sum = folded(sum);
            sumOfSums = folded(sumOfSums);
        }
        if (bytes.byteSize() % 2 != 0) {
            sum += pair(bytes.get(LittleEndian.BYTE, bytes.byteSize() - 1), (byte) 0);
            sumOfSums += sum;
        }
        return (int) (folded(sumOfSums) << SUM_BITS | folded(sum));
    }

    private static int pair(byte high, byte low) {
        return (high & 0xFF) << Byte.SIZE | low & 0xFF;
    }

    /** The same modulo 65535, in 16 bits; 0 only of 0. */
    private static long folded(long sum) {
        long folded = sum;
        while (folded > SUM_MASK) {
            folded = (folded & SUM_MASK) + (folded >>> SUM_BITS);
        }
        return folded;
    }
}
