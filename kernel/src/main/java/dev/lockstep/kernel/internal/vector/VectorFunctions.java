package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.internal.scalar.ScalarFunctions;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Functions of one value, in place on many; what does not fill a vector is left to the scalar twin. */
final class VectorFunctions {
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final float TWICE_SQRT_2_OVER_PI = (float) (2 * Math.sqrt(2 / Math.PI));
    private static final float CUBIC = 0.044715f;

    private VectorFunctions() {
    }

    static void activate(ActivationFunction function, MemorySegment x, long offset, int count) {
        int whole = count - count % LANES;
        switch (function) {
            case SILU -> silu(x, offset, whole);
            case GELU -> gelu(x, offset, whole);
            case GELU_TANH -> geluTanh(x, offset, whole);
        }
        for (int i = whole; i < count; i++) {
            long at = offset + (long) i * Float.BYTES;
            x.set(LittleEndian.FLOAT, at, ScalarFunctions.apply(function, x.get(LittleEndian.FLOAT, at)));
        }
    }

    private static void silu(MemorySegment x, long offset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER);
            v.div(VectorExp.exp(v.neg()).add(1f)).intoMemorySegment(x, offset + i * 4L, ORDER);
        }
    }

    /** ½(1 + tanh(u)) = 1 / (1 + exp(−2u)). */
    private static void geluTanh(MemorySegment x, long offset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER);
            FloatVector twice = v.mul(v).mul(v).mul(CUBIC).add(v).mul(TWICE_SQRT_2_OVER_PI);
            v.div(VectorExp.exp(twice.neg()).add(1f)).intoMemorySegment(x, offset + i * 4L, ORDER);
        }
    }

    /** x · Φ(x), by the same polynomial as the twin: Φ(−|x|) = ½ · (a₁t + … + a₅t⁵) · exp(−x²/2). */
    private static void gelu(MemorySegment x, long offset, int count) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER);
            FloatVector z = v.abs().mul(SQRT_HALF);
            FloatVector t = one.div(z.mul(0.3275911f).add(1f));
            FloatVector polynomial = t.mul(1.061405429f).add(-1.453152027f).mul(t).add(1.421413741f).mul(t).add(-0.284496736f).mul(t)
                    .add(0.254829592f).mul(t);
            FloatVector above = polynomial.mul(0.5f).mul(VectorExp.exp(z.mul(z).neg()));
            FloatVector normal = one.sub(above).blend(above, v.compare(VectorOperators.LT, 0f));
            v.mul(normal).intoMemorySegment(x, offset + i * 4L, ORDER);
        }
    }

    /** x becomes cap · tanh(x / cap), with tanh(u) = 1 − 2 / (1 + exp(2u)). */
    static void softCap(MemorySegment x, long offset, float cap, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector e = VectorExp.exp(fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER).mul(2 / cap));
            FloatVector tanh = FloatVector.broadcast(FLOATS, 1).sub(FloatVector.broadcast(FLOATS, 2).div(e.add(1)));
            tanh.mul(cap).intoMemorySegment(x, offset + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            long at = offset + (long) i * Float.BYTES;
            x.set(LittleEndian.FLOAT, at, ScalarFunctions.softCap(x.get(LittleEndian.FLOAT, at), cap));
        }
    }
}
