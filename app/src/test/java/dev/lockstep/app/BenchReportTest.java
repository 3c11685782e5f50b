package dev.lockstep.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.ColdStart;
import dev.lockstep.app.bench.Machine;
import dev.lockstep.app.bench.ModelFacts;
import dev.lockstep.app.bench.Rate;
import dev.lockstep.kernel.Ceilings;
import dev.lockstep.models.Workload;
import dev.lockstep.quant.DType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The arithmetic between what was measured and what is reported, on round numbers. */
class BenchReportTest {
    /** Two cores, 20 GB/s, 50 GMAC/s each; 1 billion multiply-adds per token in layers, 0.2 in the output; 1.1 GB. */
    private static final BenchResult RESULT = new BenchResult(
            new Machine("CPU", 2, "JDK", "OS", OptionalDouble.empty()),
            new Ceilings(20, 50, 2, 256),
            new ModelFacts("m.gguf", "llama", DType.Q8_0, 1_200_000_000, 1_200_000_000),
            new Workload(1_000_000_000, 200_000_000, 900_000_000, 200_000_000),
            Optional.of(new ColdStart(100, 20, 3, 40, 5, 100)),
            List.of(new BenchResult.Prefill(100, new Rate(10, 9, 11))),
            List.of(new BenchResult.Decode(32, 128, new Rate(10, 8, 12), 64)));

    @Test
    void jsonRelatesSpeedsToCeilings() {
        var json = new BenchReport(RESULT).json();
        assertThat(json.at("/machine/readBandwidthGBs").asDouble()).isEqualTo(20);
        assertThat(json.at("/machine/fmaCeilingGmacs").asDouble()).isEqualTo(50);
        assertThat(json.at("/machine/loadAverage").isNull()).isTrue();
        assertThat(json.at("/model/type").asString()).isEqualTo("Q8_0");
        // 10 tokens/s, each 1 billion in the layers and a hundredth of the output's 0.2 billion, on two cores
        assertThat(json.at("/prefill/0/gmacPerSecondPerCore").asDouble()).isCloseTo(5.01, within(1e-9));
        assertThat(json.at("/prefill/0/fmaCeilingShare").asDouble()).isCloseTo(0.1002, within(1e-9));
        assertThat(json.at("/prefill/0/spread").asDouble()).isCloseTo(0.2, within(1e-9));
        assertThat(json.at("/decode/0/weightGBs").asDouble()).isCloseTo(11, within(1e-9));
        assertThat(json.at("/decode/0/bandwidthShare").asDouble()).isCloseTo(0.55, within(1e-9));
        assertThat(json.at("/decode/0/heapBytesPerToken").asDouble()).isEqualTo(64);
        assertThat(json.at("/cold/loadMillis").asDouble()).isEqualTo(3);
        assertThat(json.at("/cold/sinceJvmStartMillis/firstToken").asDouble()).isEqualTo(168);
    }

    @Test
    void peopleReadSharesInPercent() {
        assertThat(new BenchReport(RESULT).text()).contains("5.0 GMAC/s per core, 10 % of the fma ceiling")
                .contains("11.0 GB/s of weights, 55 % of the read bandwidth").contains("64 bytes of heap per token")
                .contains("1200.0 million parameters").contains("168 ms since the JVM started");
    }

    @Test
    void aMachineAtWorkIsBusy() {
        assertThat(new Machine("CPU", 4, "JDK", "OS", OptionalDouble.of(1.5)).isBusy()).isTrue();
        assertThat(new Machine("CPU", 4, "JDK", "OS", OptionalDouble.of(0.5)).isBusy()).isFalse();
        assertThat(new Machine("CPU", 4, "JDK", "OS", OptionalDouble.empty()).isBusy()).isFalse();
    }
}
