package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/** Turns big-endian values into little-endian ones where they lie. */
final class ByteSwap {
    private ByteSwap() {
    }

    /** @param elementBytes size of a value, of which there is a whole number */
    static void inPlace(MemorySegment values, int elementBytes) {
        for (long at = 0; at < values.byteSize(); at += elementBytes) {
            for (int low = 0, high = elementBytes - 1; low < high; low++, high--) {
                byte first = values.get(LittleEndian.BYTE, at + low);
                values.set(LittleEndian.BYTE, at + low, values.get(LittleEndian.BYTE, at + high));
                values.set(LittleEndian.BYTE, at + high, first);
            }
        }
    }
}
