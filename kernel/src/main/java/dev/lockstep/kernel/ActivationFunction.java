package dev.lockstep.kernel;

/** The non-linear functions of feed-forward networks, each on one value. */
public enum ActivationFunction {
    /** x / (1 + exp(−x)) (Elfwing et al. 2017). */
    SILU,
    /** x · Φ(x), where Φ is the normal distribution's cumulative function (Hendrycks and Gimpel 2016). */
    GELU,
    /** The usual approximation of GELU, ½x · (1 + tanh(√(2/π) · (x + 0.044715x³))), from the same paper: GPT-2 and Gemma were trained with it. */
    GELU_TANH
}
