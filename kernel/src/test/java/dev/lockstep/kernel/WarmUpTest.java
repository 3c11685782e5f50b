package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("widths")
class WarmUpTest {
    private static final EnumSet<DType> ALL = Arrays.stream(DType.values()).filter(DType::isComputable)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(DType.class)));

    private static final ThreadMXBean ALLOCATION = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private static final int[] TOKENS = {1, 26, 1};
    private static final int TURNS = 3;

    private static boolean operatorsAreQuiet;

    static Set<DType> types() {
        return ALL;
    }

    /**
     * No timed assertion: kernels that box for ever fail this on any machine, and compiled ones pass however long it takes,
     * because a slow compiler is given several turns.
     */
    private static boolean endsUpQuiet(BooleanSupplier warmUp) {
        return IntStream.range(0, TURNS).anyMatch(_ -> warmUp.getAsBoolean());
    }

    @BeforeAll
    static void warmUpAllOperators() {
        operatorsAreQuiet = endsUpQuiet(() -> WarmUp.run(KernelSelection.kernels(), Operators.all(ALL, Rotation.Pairing.ADJACENT)));
    }

    @Test
    void everyKernelEndsUpAllocatingNothing() {
        assertThat(operatorsAreQuiet).isEqualTo(!KernelSelection.current().emulated());
    }

    /** Several stretches of columns and a cut one, as no warm-up has them: no branch may be taken here for the first time. */
    @ParameterizedTest
    @MethodSource("types")
    void theFirstRealProductAllocatesNothingEither(DType type) {
        Kernels kernels = KernelSelection.kernels();
        int columns = type.blockElements() == 32 ? 5 * 256 + 96 : 5 * 256;
        try (var memory = Arena.ofShared()) {
            var layout = new PanelLayout(type, 3L * kernels.panelRows() - 1, columns, kernels.panelRows());
            var weights = new PanelMatrix(layout, memory.allocate(layout.allocationBytes(), 64));
            var x = Activations.allocate(memory, 26, columns, kernels.panelRows(), List.of(type));
            var y = FloatRows.allocate(memory, 26, (int) layout.rows(), kernels.panelRows());
            var scratch = MatMulScratch.allocate(memory, columns, 26, kernels.panelRows());
            long before = ALLOCATION.getCurrentThreadAllocatedBytes();
            for (int tokens : TOKENS) {
                kernels.prepare(x, 0, Activations.tiles(tokens), tokens);
                kernels.matMul(weights, 0, layout.panels(), x, y, tokens, scratch);
            }
            assertThat(ALLOCATION.getCurrentThreadAllocatedBytes() - before).isLessThanOrEqualTo(KernelSelection.current().emulated() ? Long.MAX_VALUE : 0);
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void attentionEndsUpAllocatingNothing(KvType type) {
        assertThat(endsUpQuiet(() -> WarmUp.attention(KernelSelection.kernels(), type))).isEqualTo(!KernelSelection.current().emulated());
    }

    @Test
    void scalarKernelsNeedNone() {
        assertThat(WarmUp.attention(new ScalarKernels(32), KvType.F16)).isTrue();
        assertThat(WarmUp.run(new ScalarKernels(32), Operators.all(ALL, Rotation.Pairing.HALVES))).isTrue();
    }
}
