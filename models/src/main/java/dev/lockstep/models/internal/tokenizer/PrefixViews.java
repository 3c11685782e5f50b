package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Read-only views of the first bytes of a buffer: what is handed out of it again and again, with other contents. There is one
 * for each length, made when that length first occurs; a new one for every token would be most of what a generation allocates.
 * For one caller at a time; the memory is borrowed.
 */
public final class PrefixViews {
    private static final int USUAL_LENGTHS = 16;

    private final MemorySegment buffer;

    /** By length; null until it occurs. */
    private MemorySegment[] views = new MemorySegment[USUAL_LENGTHS];

    public PrefixViews(MemorySegment buffer) {
        this.buffer = buffer.asReadOnly();
    }

    /**
     * The first {@code byteSize} bytes.
     *
     * @throws IndexOutOfBoundsException if there are fewer
     */
    public MemorySegment ofSize(int byteSize) {
        if (byteSize >= views.length) {
            views = Arrays.copyOf(views, 2 * byteSize);
        }
        MemorySegment view = views[byteSize];
        if (view == null) {
            view = buffer.asSlice(0, byteSize);
            views[byteSize] = view;
        }
        return view;
    }
}
