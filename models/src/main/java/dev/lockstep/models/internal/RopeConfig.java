package dev.lockstep.models.internal;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The rotary position embedding of some layers.
 *
 * @param dim values of each head that are rotated, even; 0 if nothing is
 * @param base of the frequencies
 * @param scaling for contexts beyond the training
 * @param magnitude factor on cosines and sines besides that of the scaling
 */
record RopeConfig(int dim, double base, RopeScaling scaling, double magnitude) {
    /** Nothing is rotated. */
    static final RopeConfig NONE = new RopeConfig(0, 1, RopeScaling.Linear.NONE, 1);

    RopeConfig unscaled() {
        return new RopeConfig(dim, base, RopeScaling.Linear.NONE, 1);
    }

    RopeConfig withBase(double otherBase) {
        return new RopeConfig(dim, otherBase, scaling, magnitude);
    }

    /**
     * Radians per position for each pair of values.
     *
     * @param factors float32, shape (dim / 2): what the usual frequencies are divided by
     */
    double[] frequencies(Optional<MemorySegment> factors) {
        double[] frequencies = new double[dim / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            double divisor = factors.isPresent() ? factors.get().get(LittleEndian.FLOAT, (long) pair * Float.BYTES) : 1;
            frequencies[pair] = scaling.frequency(Math.pow(base, -2.0 * pair / dim) / divisor, pair, dim, base);
        }
        return frequencies;
    }

    /** Factor on cosines and sines. */
    double totalMagnitude() {
        return magnitude * scaling.magnitude();
    }
}
