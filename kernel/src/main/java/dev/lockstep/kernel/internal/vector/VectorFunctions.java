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

/** Functions of one value, in place on many; what does not fill a vector is left to the scalar twin. */
final class VectorFunctions {
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    /** ½(1 + tanh(u)) = 1 / (1 + exp(−2u)), and in GELU u = √(2/π) · (x + 0.044715x³). */
    private static final float GELU_SLOPE = (float) (-2 * Math.sqrt(2 / Math.PI));
    private static final float GELU_CUBE = 0.044715f * GELU_SLOPE;

    private VectorFunctions() {
    }

    static void activate(ActivationFunction function, MemorySegment x, long offset, int count) {
        int whole = count - count % LANES;
        switch (function) {
            case SILU -> Logistic.apply(x, offset, whole, -1, 0, 0, 0, 1);
            case GELU_TANH -> Logistic.apply(x, offset, whole, GELU_SLOPE, GELU_CUBE, 0, 0, 1);
            case GELU -> gelu(x, offset, whole);
        }
        for (int i = whole; i < count; i++) {
            long at = offset + (long) i * Float.BYTES;
            x.set(LittleEndian.FLOAT, at, ScalarFunctions.apply(function, x.get(LittleEndian.FLOAT, at)));
        }
    }

    /** cap · tanh(x / cap) = cap − 2cap / (1 + exp(2x / cap)). */
    static void softCap(MemorySegment x, long offset, float cap, int count) {
        int whole = count - count % LANES;
        Logistic.apply(x, offset, whole, 2 / cap, 0, cap, -2 * cap, 0);
        for (int i = whole; i < count; i++) {
            long at = offset + (long) i * Float.BYTES;
            x.set(LittleEndian.FLOAT, at, ScalarFunctions.softCap(x.get(LittleEndian.FLOAT, at), cap));
        }
    }

    /**
     * x · ½(1 + erf(x / √2)), with erf as a quotient of polynomials, which takes no exponential: the coefficients of Eigen and XLA for
     * single precision. The error of erf is below 4 · 10⁻⁷.
     */
    private static void gelu(MemorySegment x, long offset, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = fromMemorySegment(FLOATS, x, offset + i * 4L, ORDER);
            FloatVector z = v.mul(SQRT_HALF).max(-4f).min(4f);
            FloatVector s = z.mul(z);
            FloatVector p = s.mul(-2.72614225801306e-10f).add(2.77068142495902e-08f).mul(s).add(-2.10102402082508e-06f)
                    .mul(s).add(-5.69250639462346e-05f).mul(s).add(-7.34990630326855e-04f).mul(s).add(-2.95459980854025e-03f)
                    .mul(s).add(-1.60960333262415e-02f);
            FloatVector q = s.mul(-1.45660718464996e-05f).add(-2.13374055278905e-04f).mul(s).add(-1.68282697438203e-03f)
                    .mul(s).add(-7.37332916720468e-03f).mul(s).add(-1.42647390514189e-02f);
            FloatVector erf = z.mul(p).div(q).max(-1f).min(1f);
            v.mul(0.5f).mul(erf.add(1f)).intoMemorySegment(x, offset + i * 4L, ORDER);
        }
    }
}
