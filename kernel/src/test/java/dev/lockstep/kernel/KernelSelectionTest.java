package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelSelectionTest {
    @Test
    @Tag("widths")
    void thisRunUsesTheWidthThatIsForced() {
        assertThat(KernelSelection.current().provider()).isEqualTo("vector");
        assertThat(KernelSelection.kernels().vectorBits()).isEqualTo(Integer.getInteger(KernelSelection.BITS_PROPERTY));
        assertThat(KernelSelection.current().reason()).contains("forced by");
    }

    @Test
    void thisRunUsesTheWidthOfTheCpu() {
        assertThat(KernelSelection.current().provider()).isEqualTo("vector");
        assertThat(KernelSelection.kernels().vectorBits()).isGreaterThanOrEqualTo(128);
        assertThat(KernelSelection.current().reason()).contains("preferred by");
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void aWidthCanBeForced(int bits) {
        var selection = KernelSelection.select(Integer.toString(bits), true);
        assertThat(selection.vectorBits()).isEqualTo(bits);
        assertThat(selection.provider()).isEqualTo("vector");
    }

    @Test
    void scalarCodeCanBeForced() {
        assertThat(KernelSelection.select("0", true)).extracting(KernelSelection::provider, KernelSelection::vectorBits)
                .containsExactly("scalar", 0);
    }

    @Test
    void withoutTheModuleScalarCodeIsUsedAndTheReasonSaysWhatToDo() {
        var selection = KernelSelection.select(null, false);
        assertThat(selection.provider()).isEqualTo("scalar");
        assertThat(selection.reason()).contains("--add-modules jdk.incubator.vector");
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "1024", "-1", "wide", "25 6"})
    void nonsenseIsIgnored(String bits) {
        assertThat(KernelSelection.select(bits, true)).isEqualTo(KernelSelection.select(null, true));
    }
}
