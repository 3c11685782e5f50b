package dev.lockstep.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchPlanTest {
    @Test
    void theContextHoldsTheLongestOfAll() {
        assertThat(new BenchPlan(List.of(128, 512), List.of(128), 32, 3).requiredContext()).isEqualTo(513);
        assertThat(new BenchPlan(List.of(1), List.of(10, 200), 32, 1).requiredContext()).isEqualTo(236);
    }

    @Test
    void numbersThatMakeNoSenseAreNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPlan(List.of(0), List.of(1), 1, 1)).withMessageContaining("-p 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPlan(List.of(1), List.of(-1), 1, 1))
                .withMessageContaining("--context -1");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPlan(List.of(1), List.of(1), 0, 1)).withMessageContaining("-n 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPlan(List.of(1), List.of(1), 1, 0)).withMessageContaining("-r 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPlan(List.of(), List.of(1), 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BenchPlan(List.of(1), List.of(Integer.MAX_VALUE), 1, 1).requiredContext());
    }

    @Test
    void whatDoesNotFitTheModelIsNamed() {
        var plan = new BenchPlan(List.of(100), List.of(60), 36, 1);
        assertThat(plan.requireFits(101)).isSameAs(plan);
        assertThatIllegalArgumentException().isThrownBy(() -> plan.requireFits(100)).withMessageContaining("-p 100");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchPlan(List.of(1), List.of(60), 37, 1).requireFits(100))
                .withMessageContaining("--context 60 and -n 37").withMessageContaining("take 101");
    }

    @Test
    void theMedianIsTheMiddle() {
        assertThat(Rate.of(10, new long[] {1_000_000_000, 500_000_000, 2_000_000_000})).isEqualTo(new Rate(10, 5, 20));
        assertThat(Rate.of(10, new long[] {1_000_000_000, 500_000_000})).isEqualTo(new Rate(15, 10, 20));
        assertThat(new Rate(10, 5, 20).spread()).isEqualTo(1.5);
    }

    @Test
    void theProcessorIsNamedWhereTheSystemNamesIt() {
        assertThat(Machine.cpuIn(List.of("processor\t: 0", "model\t\t: 17", "model name\t: AMD EPYC: 9 ", "model name\t: other")))
                .isEqualTo("AMD EPYC: 9");
        assertThat(Machine.cpuIn(List.of("CPU part : 0xd4f"))).isEqualTo(System.getProperty("os.arch"));
    }
}
