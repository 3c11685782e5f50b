package dev.lockstep.models.internal;

/**
 * How rotary frequencies, in radians per position, are changed so that a model can be used beyond the positions it was trained for.
 * With a factor of 1 nothing is changed. What other schemes do (Llama 3, LongRoPE) comes as tensors of factors.
 */
sealed interface RopeScaling {
    /**
     * The frequency of a pair of values.
     *
     * @param usual without scaling
     * @param pair number of the pair
     * @param dim values that are rotated
     * @param base of the frequencies
     */
    double frequency(double usual, int pair, int dim, double base);

    /** Factor on the cosines and sines of all pairs. */
    default double magnitude() {
        return 1;
    }

    /** Every frequency divided by a factor: positions are interpolated (Chen et al. 2023). */
    record Linear(double factor) implements RopeScaling {
        static final Linear NONE = new Linear(1);

        @Override
        public double frequency(double usual, int pair, int dim, double base) {
            return usual / factor;
        }
    }

    /**
     * Frequencies that turn often within the trained context stay, those that turn hardly at all are divided, with a ramp between
     * (Peng et al. 2023, "YaRN").
     *
     * @param originalContext positions of the training
     * @param betaFast turns in the trained context from which a frequency stays
     * @param betaSlow turns up to which it is divided by the whole factor
     */
    record Yarn(double factor, int originalContext, double betaFast, double betaSlow) implements RopeScaling {
        @Override
        public double frequency(double usual, int pair, int dim, double base) {
            double low = Math.max(0, Math.floor(pairOfTurns(betaFast, dim, base)));
            double high = Math.min(dim - 1, Math.ceil(pairOfTurns(betaSlow, dim, base)));
            // the same guard against an empty ramp as in llama.cpp
            double divided = Math.clamp((pair - low) / Math.max(0.001, high - low), 0.0, 1.0);
            return usual * (1 - divided) + usual / factor * divided;
        }

        /** Where, counted in pairs and not rounded, a frequency turns so many times in the trained context. */
        private double pairOfTurns(double turns, int dim, double base) {
            return dim * Math.log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(base));
        }

        /** Sharper attention against the higher entropy of a longer context. */
        @Override
        public double magnitude() {
            return factor > 1 ? 1 + 0.1 * Math.log(factor) : 1;
        }
    }
}
