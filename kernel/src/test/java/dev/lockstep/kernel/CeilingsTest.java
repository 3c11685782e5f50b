package dev.lockstep.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import dev.lockstep.kernel.internal.CeilingLoops;
import dev.lockstep.kernel.internal.scalar.ScalarCeilings;
import dev.lockstep.kernel.internal.vector.VectorCeilings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loops do the work that they are timed for; how fast is nobody's promise. */
@Tag("widths")
class CeilingsTest {
    private static final long SEED = 0xCE11_0001L;
    private static final int STEPS_OF_512 = 7;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void whatIsMeasuredIsPlausible(int threads) {
        var ceilings = Ceilings.measure(threads, 4L << 20);
        assertThat(ceilings.readBandwidthGBs()).isPositive().isFinite();
        assertThat(ceilings.fmaGmacsPerCore()).isPositive().isFinite();
        assertThat(ceilings.threads()).isEqualTo(threads);
        var selection = KernelSelection.current();
        assertThat(ceilings.vectorBits()).isEqualTo(selection.emulated() ? 0 : selection.vectorBits());
    }

    @Test
    void withoutVectorsPlainJavaIsMeasured() {
        assertThat(Ceilings.loops(KernelSelection.select("0", true))).isInstanceOf(ScalarCeilings.class);
        var emulated = new KernelSelection("vector", 512, true, "wider than this CPU's");
        assertThat(Ceilings.loops(emulated)).isInstanceOf(ScalarCeilings.class);
    }

    @Test
    void everyByteIsRead() {
        try (var arena = Arena.ofShared()) {
            long size = (long) STEPS_OF_512 * CeilingLoops.STEP_BYTES;
            MemorySegment memory = arena.allocate(size, 64);
            var random = new SplittableRandom(SEED);
            int expected = 0;
            for (long at = 0; at < size; at += Integer.BYTES) {
                int word = random.nextInt();
                memory.set(ValueLayout.JAVA_INT, at, word);
                expected ^= at < CeilingLoops.STEP_BYTES ? 0 : word;
            }
            assertThat(new ScalarCeilings().xor(memory, CeilingLoops.STEP_BYTES, size)).isEqualTo(expected);
            assertThat(new VectorCeilings().xor(memory, CeilingLoops.STEP_BYTES, size)).isEqualTo(expected);
        }
    }

    /** The twelve chains begin at 0 … 11 and grow by a quarter in each step. */
    @Test
    void everyMultiplyAddIsDone() {
        try (var arena = Arena.ofShared()) {
            MemorySegment sink = arena.allocate(CeilingLoops.SINK_BYTES, 64);
            for (CeilingLoops loops : List.of(new ScalarCeilings(), new VectorCeilings())) {
                loops.fma(3, sink, 0);
                assertThat(sink.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(66 + 12 * 3 * 0.25f);
            }
            assertThat(new ScalarCeilings().fmasPerStep()).isEqualTo(12);
            assertThat(new VectorCeilings().fmasPerStep()).isEqualTo(12 * new VectorCeilings().vectorBits() / Float.SIZE);
        }
    }

    @Test
    void theLoopsEndUpAllocatingNothing() {
        CeilingLoops loops = Ceilings.loops(KernelSelection.current());
        try (var arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(1L << 20, 64);
            int quiet = 0;
            for (int turn = 0; turn < 2_000 && quiet < 5; turn++) {
                quiet = allocatedBy(() -> loops.xor(memory, 0, memory.byteSize())) == 0
                        && allocatedBy(() -> loops.fma(1_000, memory, 0)) == 0 ? quiet + 1 : 0;
            }
            assertThat(quiet).isEqualTo(5);
        }
    }

    private static long allocatedBy(Runnable loop) {
        var allocation = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long before = allocation.getCurrentThreadAllocatedBytes();
        loop.run();
        return allocation.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void aBufferTooSmallToShareIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Ceilings.measure(0)).withMessageContaining("threads=0");
        assertThatIllegalArgumentException().isThrownBy(() -> Ceilings.measure(3, 3L << 19)).withMessageContaining("bufferBytes=");
    }

    @Test
    void ofTwoMeasurementsTheHigherCeilingsCount() {
        assertThat(new Ceilings(30, 50, 2, 256).orBetter(new Ceilings(20, 58, 2, 256))).isEqualTo(new Ceilings(30, 58, 2, 256));
    }
}
