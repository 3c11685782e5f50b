package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.KvLayout.PANEL;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.ROW_BYTES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCALED;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCALES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.SCORES;
import static dev.lockstep.kernel.internal.vector.AttentionScratch.TILE_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;

import dev.lockstep.kernel.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The scales of a quantized panel. A key's scale belongs to a position, which is a column of its panel: {@link TileProduct}
 * multiplies by it. A value's scale belongs to a row: it is multiplied into the weight of that position.
 */
final class PanelScales {
    private static final long PANEL_BYTES = (long) PANEL * Float.BYTES;

    private PanelScales() {
    }

    /** Lays out a scale for each column of a panel of keys. */
    static void copy(MemorySegment scales, long at, MemorySegment s) {
        for (long offset = 0; offset < PANEL_BYTES; offset += VECTOR_BYTES) {
            FloatVector.fromMemorySegment(FLOATS, scales, at + offset, ORDER).intoMemorySegment(s, SCALES + offset, ORDER);
        }
    }

    /** The columns of values have no scales. */
    static void one(MemorySegment s) {
        for (long offset = 0; offset < PANEL_BYTES; offset += VECTOR_BYTES) {
            FloatVector.broadcast(FLOATS, 1).intoMemorySegment(s, SCALES + offset, ORDER);
        }
    }

    /** The scaled tile becomes the weights times the scale of each of the {@link KvLayout#BLOCK} positions. */
    static void apply(MemorySegment scales, long at, MemorySegment s) {
        for (long offset = 0; offset < ROW_BYTES; offset += VECTOR_BYTES) {
            FloatVector scale = FloatVector.fromMemorySegment(FLOATS, scales, at + offset, ORDER);
            for (long row = offset; row < TILE_BYTES; row += ROW_BYTES) {
                FloatVector.fromMemorySegment(FLOATS, s, SCORES + row, ORDER).mul(scale).intoMemorySegment(s, SCALED + row, ORDER);
            }
        }
    }
}
