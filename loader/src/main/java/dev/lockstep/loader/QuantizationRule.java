package dev.lockstep.loader;

import dev.lockstep.quant.DType;
import dev.lockstep.quant.TypeFallback;
import java.util.List;

/**
 * Which type each tensor gets when a checkpoint is quantized, by its GGUF name. The choice of tensors is the reference quantizer's
 * (ggml-org/llama.cpp, src/llama-quant.cpp, 2025-08): all matrices, but not norms, the router of experts, positions, or anything
 * without the name of a weight. These are few, and an error in them spreads to everything; they become F32 where they were stored
 * in 16 bits, and otherwise stay as they are.
 *
 * @param type of the matrices whose rows are whole blocks of it; others get what {@link TypeFallback} says
 * @param pure false to keep the output matrix, whose errors are those of the logits themselves, at Q6_K or better
 * @param tied true if there is no {@code output.weight}: the embedding matrix is the output matrix, too
 */
public record QuantizationRule(DType type, boolean pure, boolean tied) {
    /** What ggml calls the present layout of its quantized blocks; the value of {@code general.quantization_version}. */
    public static final int QUANTIZATION_VERSION = 2;

    /** The matrix that computes the logits; without it, the embedding matrix does. */
    public static final String OUTPUT = "output.weight";

    private static final String EMBEDDING = "token_embd.weight";

    /** Of matrices that are not multiplied with, or decide for all that comes after them. */
    private static final List<String> NEVER = List.of("_norm.weight", "ffn_gate_inp", "position_embd", "token_types", "attn_rel_b");

    public QuantizationRule {
        if (!type.isComputable()) {
            throw new IllegalArgumentException("type=" + type + " must be one of " + DType.computableNames());
        }
    }

    /** False for tensors that are left alone. */
    public static boolean isQuantizable(String name, List<Long> shape) {
        return shape.size() >= 2 && name.endsWith(".weight") && NEVER.stream().noneMatch(name::contains);
    }

    /**
     * The type of one tensor.
     *
     * @param stored the type it has
     * @param shape slowest dimension first
     */
    public DType typeOf(String name, DType stored, List<Long> shape) {
        if (!isQuantizable(name, shape)) {
            return stored == DType.F16 || stored == DType.BF16 ? DType.F32 : stored;
        }
        boolean careful = !pure && name.equals(tied ? EMBEDDING : OUTPUT) && bits(type) < bits(DType.Q6_K);
        return TypeFallback.of(careful ? DType.Q6_K : type, shape.getLast());
    }

    /** Bits per value, the scales included. */
    private static double bits(DType type) {
        return (double) Byte.SIZE * type.blockBytes() / type.blockElements();
    }
}
