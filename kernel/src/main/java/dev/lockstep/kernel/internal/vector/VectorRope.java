package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;

import dev.lockstep.kernel.Rotation;
import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Rotary embedding of one head in vectors; pairs that do not fill a vector are left to the scalar twin. */
final class VectorRope {
    /** (1, 0, 3, 2, …): the partner of each lane when pairs are adjacent. */
    private static final VectorShuffle<Float> PARTNERS = VectorShuffle.fromOp(FLOATS, lane -> lane ^ 1);

    private VectorRope() {
    }

    static void adjacent(MemorySegment x, long offset, Rotation rotation) {
        int i = 0;
        for (; i <= rotation.dim() - LANES; i += LANES) {
            long step = (long) i * Float.BYTES;
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, x, offset + step, ORDER);
            FloatVector cos = FloatVector.fromMemorySegment(FLOATS, rotation.cos(), rotation.offset() + step, ORDER);
            FloatVector sin = FloatVector.fromMemorySegment(FLOATS, rotation.sin(), rotation.offset() + step, ORDER);
            value.mul(cos).add(value.rearrange(PARTNERS).mul(sin)).intoMemorySegment(x, offset + step, ORDER);
        }
        ScalarKernels.ropeHead(x, offset, rotation, i / 2);
    }

    static void halves(MemorySegment x, long offset, Rotation rotation) {
        int half = rotation.dim() / 2;
        long toSecond = (long) half * Float.BYTES;
        int i = 0;
        for (; i <= half - LANES; i += LANES) {
            long step = (long) i * Float.BYTES;
            long angle = rotation.offset() + step;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, offset + step, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, x, offset + step + toSecond, ORDER);
            FloatVector cos = FloatVector.fromMemorySegment(FLOATS, rotation.cos(), angle, ORDER);
            FloatVector sin = FloatVector.fromMemorySegment(FLOATS, rotation.sin(), angle, ORDER);
            a.mul(cos).add(b.mul(sin)).intoMemorySegment(x, offset + step, ORDER);
            cos = FloatVector.fromMemorySegment(FLOATS, rotation.cos(), angle + toSecond, ORDER);
            sin = FloatVector.fromMemorySegment(FLOATS, rotation.sin(), angle + toSecond, ORDER);
            b.mul(cos).add(a.mul(sin)).intoMemorySegment(x, offset + step + toSecond, ORDER);
        }
        ScalarKernels.ropeHead(x, offset, rotation, i);
    }
}
