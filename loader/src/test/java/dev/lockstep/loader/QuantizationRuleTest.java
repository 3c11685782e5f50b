package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.quant.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizationRuleTest {
    private static final List<Long> MATRIX = List.of(64L, 512L);

    @ParameterizedTest
    @ValueSource(strings = {"blk.0.attn_q_norm.weight", "blk.0.ffn_gate_inp.weight", "blk.0.ffn_gate_inp_shexp.weight",
        "position_embd.weight", "token_types.weight", "blk.0.ffn_gate_exps.bias"})
    void normsRoutersPositionsAndBiasesKeepTheirPrecision(String name) {
        var rule = new QuantizationRule(DType.Q4_K, true, false);
        assertThat(rule.typeOf(name, DType.F32, MATRIX)).isEqualTo(DType.F32);
        assertThat(rule.typeOf(name, DType.BF16, MATRIX)).isEqualTo(DType.F32);
        assertThat(rule.typeOf(name, DType.I32, MATRIX)).isEqualTo(DType.I32);
    }

    @Test
    void vectorsAreNotQuantized() {
        assertThat(new QuantizationRule(DType.Q8_0, true, false).typeOf("rope_freqs.weight", DType.F32, List.of(512L))).isEqualTo(DType.F32);
    }

    @Test
    void expertsAreMatrices() {
        var rule = new QuantizationRule(DType.Q4_0, false, false);
        assertThat(rule.typeOf("blk.0.ffn_gate_exps.weight", DType.F32, List.of(8L, 64L, 512L))).isEqualTo(DType.Q4_0);
    }

    @ParameterizedTest
    @CsvSource({
        "Q4_K, false, false, output.weight,     Q6_K",
        "Q4_K, false, false, token_embd.weight, Q4_K",
        "Q4_K, false, true,  token_embd.weight, Q6_K",
        "Q4_K, true,  true,  token_embd.weight, Q4_K",
        "Q8_0, false, false, output.weight,     Q8_0",
        "F16,  false, false, output.weight,     F16",
    })
    void theOutputMatrixIsKeptAtSixBitsUnlessAllIsToBeOneType(DType type, boolean pure, boolean tied, String name, DType expected) {
        assertThat(new QuantizationRule(type, pure, tied).typeOf(name, DType.F32, MATRIX)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"Q2_K, 96, IQ4_NL", "Q3_K, 96, IQ4_NL", "Q4_K, 96, Q5_0", "Q5_K, 96, Q5_1", "Q6_K, 96, Q8_0", "Q8_0, 40, F16", "Q4_K, 40, F16",
        "MXFP4, 40, F16", "BF16, 40, BF16", "Q4_K, 256, Q4_K"})
    void rowsThatAreNoWholeBlocksFallBack(DType wanted, long columns, DType expected) {
        var rule = new QuantizationRule(wanted, true, false);
        assertThat(rule.typeOf("blk.0.ffn_up.weight", DType.F32, List.of(64L, columns))).isEqualTo(expected);
    }

    @Test
    void theOutputMatrixFallsBackToo() {
        assertThat(new QuantizationRule(DType.Q4_0, false, false).typeOf("output.weight", DType.F32, List.of(64L, 96L))).isEqualTo(DType.Q8_0);
    }

    @Test
    void aTypeThatCannotBeMadeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new QuantizationRule(DType.IQ2_XS, false, false))
                .withMessageContaining("type=IQ2_XS").withMessageContaining("Q4_K");
    }
}
