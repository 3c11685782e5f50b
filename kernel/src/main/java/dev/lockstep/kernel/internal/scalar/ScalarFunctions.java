package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.ActivationFunction;

/** Functions of one value, as their formulas are written. */
public final class ScalarFunctions {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private ScalarFunctions() {
    }

    public static float apply(ActivationFunction function, float x) {
        return switch (function) {
            case SILU -> (float) (x / (1 + Math.exp(-x)));
            case GELU -> (float) (x * normal(x));
            case GELU_TANH -> (float) (0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))));
        };
    }

    /** cap · tanh(x / cap). */
    public static float softCap(float x, float cap) {
        return (float) (cap * Math.tanh(x / cap));
    }

    /**
     * Φ(x) = ½ + ½ erf(x / √2), where erf(z) = 1 − (a₁t + … + a₅t⁵) · exp(−z²) with t = 1 / (1 + pz) for z ≥ 0; the error is below
     * 1.5 · 10⁻⁷ (Abramowitz and Stegun 1964, 7.1.26).
     */
    private static double normal(double x) {
        double z = Math.abs(x) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * z);
        double polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        double above = 0.5 * polynomial * Math.exp(-z * z);
        return x < 0 ? above : 1 - above;
    }
}
