package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The one loop behind all functions that are made of a logistic curve. Its exponential is that of {@link VectorExp}, written out: a
 * method that returns a vector is not inlined any more once several loops came together in one compilation, and then every vector it
 * returns is an array on the heap ({@link Rolled}). That was seen as soon as models of two families were loaded, one after the other.
 */
final class Logistic {
    /** The square of what is larger decides nothing, and must not be infinite: times a factor of 0 it would not be a number. */
    private static final float LARGEST_SQUARE = 1e30f;

    private Logistic() {
    }

    /** x becomes c + (d + e·x) / (1 + exp(x · (a + b·x²))); {@code count} is a multiple of the vector length. */
    static void apply(MemorySegment x, long offset, int count, float a, float b, float c, float d, float e) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER);
            FloatVector exponent = v.mul(v).min(LARGEST_SQUARE).mul(b).add(a).mul(v).min(VectorExp.LARGEST).max(VectorExp.SMALLEST);
            FloatVector n = exponent.mul(VectorExp.LOG2_E).add(VectorExp.ROUNDER).sub(VectorExp.ROUNDER);
            FloatVector r = n.fma(broadcast(FLOATS, -VectorExp.LN2_HIGH), exponent);
            r = n.fma(broadcast(FLOATS, -VectorExp.LN2_LOW), r);
            FloatVector p = broadcast(FLOATS, 1f / 5040).fma(r, broadcast(FLOATS, 1f / 720)).fma(r, broadcast(FLOATS, 1f / 120))
                    .fma(r, broadcast(FLOATS, 1f / 24)).fma(r, broadcast(FLOATS, 1f / 6)).fma(r, broadcast(FLOATS, 0.5f))
                    .fma(r, broadcast(FLOATS, 1f)).fma(r, broadcast(FLOATS, 1f));
            IntVector shifted = ((IntVector) n.convertShape(VectorOperators.F2I, INTS, 0)).lanewise(VectorOperators.LSHL, 23);
            FloatVector exp = p.reinterpretAsInts().add(shifted).reinterpretAsFloats();
            v.mul(e).add(d).div(exp.add(1f)).add(c).intoMemorySegment(x, offset + i * 4L, ORDER);
        }
    }
}
