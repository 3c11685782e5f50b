package dev.lockstep.kernel.internal.scalar;

import static dev.lockstep.kernel.KvLayout.BLOCK;
import static dev.lockstep.kernel.KvLayout.PANEL;

import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * Single numbers of a key/value cache, in and out. All kernels store through this class: a token is stored once, and then read
 * by every token after it.
 */
public final class KvCells {
    private static final float MAX_QUANT = 127;

    /** What a position has two of. */
    private enum Part {
        KEY, VALUE;

        int dims(KvLayout layout) {
            return this == KEY ? layout.keyDim() : layout.valueDim();
        }

        /** Byte offset of number {@code dim} in the memory of the head. */
        long cell(CachedHead head, int position, int dim) {
            KvLayout layout = head.layout();
            int inBlock = position % BLOCK;
            long row = this == KEY
                    ? layout.keyPanel(inBlock / PANEL) + (long) dim * layout.type().rowBytes()
                    : layout.valuePanel(dim / PANEL) + (long) inBlock * layout.type().rowBytes();
            return head.block(position) + row + layout.type().cellOffset((this == KEY ? inBlock : dim) % PANEL);
        }

        /** Byte offset of the scale of number {@code dim}. */
        long scale(CachedHead head, int position, int dim) {
            KvLayout layout = head.layout();
            int inBlock = position % BLOCK;
            return head.block(position) + (this == KEY
                    ? layout.keyScales(inBlock / PANEL, dim / PANEL) + (long) (inBlock % PANEL) * Float.BYTES
                    : layout.valueScales(dim / PANEL) + (long) inBlock * Float.BYTES);
        }
    }

    private KvCells() {
    }

    /** Number {@code dim} of the key of a position. */
    public static float key(CachedHead head, int position, int dim) {
        return read(Part.KEY, head, position, dim);
    }

    /** Number {@code dim} of the value of a position. */
    public static float value(CachedHead head, int position, int dim) {
        return read(Part.VALUE, head, position, dim);
    }

    private static float read(Part part, CachedHead head, int position, int dim) {
        MemorySegment memory = head.memory();
        long cell = part.cell(head, position, dim);
        return switch (head.layout().type()) {
            case F32 -> memory.get(LittleEndian.FLOAT, cell);
            case F16 -> Float.float16ToFloat(memory.get(LittleEndian.SHORT, cell));
            case Q8_0 -> memory.get(LittleEndian.BYTE, cell) * memory.get(LittleEndian.FLOAT, part.scale(head, position, dim));
        };
    }

    /** What {@link dev.lockstep.kernel.Kernels#storeKv} says. */
    public static boolean store(CachedHead head, int position, MemorySegment k, long kOffset, MemorySegment v, long vOffset) {
        // no short cut: both are stored, whatever they are
        return store(Part.KEY, head, position, k, kOffset) & store(Part.VALUE, head, position, v, vOffset);
    }

    private static boolean store(Part part, CachedHead head, int position, MemorySegment x, long offset) {
        boolean allNumbers = true;
        int dims = part.dims(head.layout());
        for (int from = 0; from < dims; from += PANEL) {
            allNumbers &= storeGroup(part, head, position, x, offset, from, Math.min(from + PANEL, dims));
        }
        return allNumbers;
    }

    private static boolean storeGroup(Part part, CachedHead head, int position, MemorySegment x, long offset, int from, int to) {
        float limit = head.layout().type().largest();
        float largest = 0;
        boolean allNumbers = true;
        for (int dim = from; dim < to; dim++) {
            float number = get(x, offset, dim);
            allNumbers &= !Float.isNaN(number);
            largest = Math.max(largest, Math.abs(finite(number, limit)));
        }
        float scale = largest / MAX_QUANT;
        for (int dim = from; dim < to; dim++) {
            write(head, part.cell(head, position, dim), finite(get(x, offset, dim), limit), scale);
        }
        if (head.layout().type().isScaled()) {
            head.memory().set(LittleEndian.FLOAT, part.scale(head, position, from), scale);
        }
        return allNumbers;
    }

    /** An infinite number would be multiplied by the weight zero of a position that is not visible, and that is not zero. */
    private static float finite(float number, float limit) {
        return Float.isNaN(number) ? 0 : Math.clamp(number, -limit, limit);
    }

    private static void write(CachedHead head, long cell, float number, float scale) {
        MemorySegment memory = head.memory();
        switch (head.layout().type()) {
            case F32 -> memory.set(LittleEndian.FLOAT, cell, number);
            case F16 -> memory.set(LittleEndian.SHORT, cell, Float.floatToFloat16(number));
            case Q8_0 -> memory.set(LittleEndian.BYTE, cell, quant(number, scale));
        }
    }

    /** Rounds to nearest, ties to even. Clamped, because a scale so small that it is subnormal is itself rounded. */
    private static byte quant(float number, float scale) {
        return scale == 0 ? 0 : (byte) Math.clamp((float) Math.rint(number / scale), -MAX_QUANT, MAX_QUANT);
    }

    private static float get(MemorySegment floats, long offset, int index) {
        return floats.get(LittleEndian.FLOAT, offset + (long) index * Float.BYTES);
    }
}
