package dev.lockstep.quant;

/**
 * Which type a matrix gets whose rows are no whole blocks of the wanted one: the nearest that fits, as the reference quantizer
 * chooses it (ggml-org/llama.cpp, src/llama-quant.cpp, 2025-08).
 */
public final class TypeFallback {
    private TypeFallback() {
    }

    /** {@code wanted}, or what stands in for it in rows of {@code columns} values. */
    public static DType of(DType wanted, long columns) {
        return columns % wanted.blockElements() == 0 ? wanted : of(next(wanted), columns);
    }

    private static DType next(DType type) {
        return switch (type) {
            case Q2_K, Q3_K -> DType.IQ4_NL;
            case Q4_K -> DType.Q5_0;
            case Q5_K -> DType.Q5_1;
            case Q6_K -> DType.Q8_0;
            default -> DType.F16;
        };
    }
}
