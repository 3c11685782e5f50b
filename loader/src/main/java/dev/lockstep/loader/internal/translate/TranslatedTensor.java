package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.QuantizationRule;
import dev.lockstep.quant.DType;

/**
 * A tensor of a translated checkpoint.
 *
 * @param name as in a GGUF file
 * @param rows its values
 */
public record TranslatedTensor(String name, RowSource rows) {
    /** The same, with values of the type that a rule has for it. What cannot be expanded stays as it is, for others to refuse. */
    public TranslatedTensor quantized(QuantizationRule rule) {
        DType type = rule.typeOf(name, rows.type(), rows.shape());
        return rows.type().codec().isEmpty() ? this : new TranslatedTensor(name, Rows.converted(rows, type));
    }
}
