package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.quant.DType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarmUpTest {
    private static final EnumSet<DType> ALL = Arrays.stream(DType.values()).filter(DType::isComputable)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(DType.class)));

    /**
     * No timed assertion: kernels that box for ever fail this on any machine, and compiled ones pass however long it takes,
     * because a slow compiler is given several turns.
     */
    @Test
    void everyKernelEndsUpAllocatingNothing() {
        boolean quiet = false;
        for (int turn = 0; turn < 6 && !quiet; turn++) {
            quiet = WarmUp.run(KernelSelection.kernels(), ALL, Rotation.Pairing.ADJACENT);
        }
        assertThat(quiet).isEqualTo(!KernelSelection.current().emulated());
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void attentionEndsUpAllocatingNothing(KvType type) {
        boolean quiet = false;
        for (int turn = 0; turn < 6 && !quiet; turn++) {
            quiet = WarmUp.attention(KernelSelection.kernels(), type);
        }
        assertThat(quiet).isEqualTo(!KernelSelection.current().emulated());
    }

    @Test
    void scalarKernelsNeedNone() {
        assertThat(WarmUp.attention(new ScalarKernels(32), KvType.F16)).isTrue();
        assertThat(WarmUp.run(new ScalarKernels(32), ALL, Rotation.Pairing.HALVES)).isTrue();
    }
}
