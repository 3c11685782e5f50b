package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** Copies units of 1, 2 or 4 bytes from one distance to another: the plain way into one lane of a panel, and out of it. */
final class LaneCopy {
    private LaneCopy() {
    }

    /** @param stride bytes from one unit to the next */
    static void copy(int unitBytes, int units, MemorySegment from, long at, long stride, MemorySegment to, long toAt, long toStride) {
        switch (unitBytes) {
            case Byte.BYTES -> {
                for (int i = 0; i < units; i++) {
                    to.set(LittleEndian.BYTE, toAt + i * toStride, from.get(LittleEndian.BYTE, at + i * stride));
                }
            }
            case Short.BYTES -> {
                for (int i = 0; i < units; i++) {
                    to.set(LittleEndian.SHORT, toAt + i * toStride, from.get(LittleEndian.SHORT, at + i * stride));
                }
            }
            default -> {
                for (int i = 0; i < units; i++) {
                    to.set(LittleEndian.INT, toAt + i * toStride, from.get(LittleEndian.INT, at + i * stride));
                }
            }
        }
    }
}
