package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * e^x in single precision, relative error below 2^-22 on [−87.3, 88.3]; 0 below, clamped to a huge finite value above; NaN
 * stays NaN.
 *
 * <p>{@code lanewise(EXP)} is not used because it is a library stub on some platforms and a scalar loop on others.
 *
 * <p>x = n·ln2 + r with |r| ≤ ln2/2; e^r by its Taylor polynomial to degree 7 (remainder below 2^-27); times 2^n by adding
 * n to the exponent. ln2 is split in two so that n·ln2 is exact in its first part (Cody and Waite 1980). All in one method, which is
 * inlined whole or not at all.
 */
final class VectorExp {
    static final float LOG2_E = 1.44269504f;
    /** Upper part of ln 2, with 9 trailing zero bits: n times this is exact for |n| < 512. */
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    /** Adding and subtracting 1.5·2^23 rounds to the nearest integer. */
    static final float ROUNDER = 0x1.8p23f;
    /** ln of the smallest normal float: below, the result is set to zero. */
    static final float SMALLEST = -87.33654f;
    /** Keeps 2^n below infinity. */
    static final float LARGEST = 88.02969f;

    private VectorExp() {
    }

    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.min(LARGEST).max(SMALLEST);
        FloatVector n = clamped.mul(LOG2_E).add(ROUNDER).sub(ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), clamped);
        r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(FLOATS, 1f / 5040);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 720));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 120));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 24));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 6));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
        IntVector exponent = ((IntVector) n.convertShape(VectorOperators.F2I, INTS, 0)).lanewise(VectorOperators.LSHL, 23);
        FloatVector result = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return result.blend(0f, x.lt(SMALLEST));
    }
}
