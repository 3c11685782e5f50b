package dev.lockstep.securemem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecureArenaTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 63, 64, 65, 4096, 1 << 20})
    void memoryIsZeroFilledAndAlignedWhenAllocated(long byteSize) {
        try (var arena = SecureArena.open("test")) {
            var segment = arena.allocate(byteSize);
            assertThat(segment.byteSize()).isEqualTo(byteSize);
            assertThat(segment.address() % SecureArena.ALIGNMENT).isZero();
            assertThat(onlyZeros(segment)).isTrue();
        }
    }

    @Test
    void smallAlignmentsAreRaisedAndLargerOnesKept() {
        try (var arena = SecureArena.open("test")) {
            assertThat(arena.allocate(5, 1).address() % 64).isZero();
            assertThat(arena.allocate(5, 4096).address() % 4096).isZero();
        }
    }

    @Test
    void everyByteIsZeroBeforeItIsFreed() {
        List<Boolean> zeroed = new ArrayList<>();
        var arena = SecureArena.open("test", segment -> zeroed.add(onlyZeros(segment)));
        arena.allocate(1000).fill((byte) 0x5A);
        arena.allocate(70_000).fill((byte) 0xA5);

        arena.close();

        assertThat(zeroed).containsExactly(true, true);
        assertThat(arena.zeroing().bytes()).isEqualTo(71_000);
        assertThat(arena.isClosed()).isTrue();
    }

    @Test
    void closingTwiceIsOneClose() {
        List<MemorySegment> freed = new ArrayList<>();
        var arena = SecureArena.open("test", freed::add);
        arena.allocate(8);
        arena.close();
        arena.close();
        assertThat(freed).hasSize(1);
    }

    @Test
    void closeWaitsForALeaseAndThenZeroes() throws InterruptedException {
        var arena = SecureArena.open("test");
        var segment = arena.allocate(8);
        var leased = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var stillReadable = new AtomicBoolean();
        var worker = Thread.ofPlatform().start(() -> {
            try (var _ = arena.lease()) {
                segment.set(JAVA_BYTE, 0, (byte) 7);
                leased.countDown();
                awaitQuietly(release);
                stillReadable.set(segment.get(JAVA_BYTE, 0) == 7);
            }
        });
        leased.await();
        var closer = Thread.ofPlatform().start(arena::close);
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThatIllegalStateException().isThrownBy(arena::lease).withMessageContaining("test is closed");
        release.countDown();
        worker.join();
        closer.join();
        assertThat(stillReadable).isTrue();
        assertThat(arena.isClosed()).isTrue();
    }

    @Test
    void closingFromInsideAnOperationIsRefusedAndClosesLater() {
        var arena = SecureArena.open("test");
        try (var _ = arena.lease()) {
            assertThatIllegalStateException().isThrownBy(arena::close).withMessageContaining("from inside");
        }
        arena.close();
        assertThat(arena.isClosed()).isTrue();
    }

    @Test
    void anInterruptedCloseStillZeroesAndKeepsTheInterrupt() {
        var arena = SecureArena.open("test");
        arena.allocate(100);
        Thread.currentThread().interrupt();
        arena.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(arena.zeroing().bytes()).isEqualTo(100);
    }

    @Test
    void zeroAllWipesArenasThatAreInUseAndLetsThemBeClosed() {
        var arena = SecureArena.open("test");
        var segment = arena.allocate(100).fill((byte) 1);
        try (var _ = arena.lease()) {
            assertThat(SecureArena.zeroAll().bytes()).isGreaterThanOrEqualTo(100);
            assertThat(onlyZeros(segment)).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> arena.allocate(1));
            assertThat(arena.isClosing()).isTrue();
        } finally {
            SecureArena.processGoesOn();
        }
        arena.close();
        assertThat(arena.isClosed()).isTrue();
    }

    @Test
    void afterZeroAllNobodyOpensAnArena() {
        try {
            SecureArena.zeroAll();
            assertThatIllegalStateException().isThrownBy(() -> SecureArena.open("late")).withMessageContaining("no memory any more for late");
        } finally {
            SecureArena.processGoesOn();
        }
    }

    @Test
    void whatIsWrittenWhileEverythingIsWipedIsWipedToo() throws InterruptedException {
        var arena = SecureArena.open("test");
        var segment = arena.allocate(100);
        var leased = new CountDownLatch(1);
        var worker = Thread.ofPlatform().start(() -> {
            try (var _ = arena.lease()) {
                leased.countDown();
                while (!arena.isClosing()) {
                    Thread.onSpinWait();
                }
                segment.fill((byte) 1);
            }
        });
        leased.await();
        try {
            assertThat(SecureArena.zeroAll().bytes()).isGreaterThanOrEqualTo(100);
            assertThat(onlyZeros(segment)).isTrue();
        } finally {
            SecureArena.processGoesOn();
        }
        worker.join();
        arena.close();
    }

    @Test
    void whoWritesOverTheEdgeIsFoundOutWhenTheMemoryIsFreed() {
        for (long offset : new long[] {-1, 100}) {
            List<MemorySegment> freed = new ArrayList<>();
            var arena = SecureArena.open("test", freed::add);
            var segment = arena.allocate(100);
            scribble(segment.address() + offset);
            assertThatThrownBy(arena::close).isInstanceOf(SecureMemoryException.class).hasMessageContaining("over the edge of the memory of test");
            assertThat(freed).hasSize(1);
            assertThat(arena.isClosed()).isTrue();
            arena.close();
        }
    }

    /** What no Java code can do without being allowed to: a stand-in for native code, or a miscompiled loop. */
    @SuppressWarnings("restricted")
    private static void scribble(long address) {
        var place = MemorySegment.ofAddress(address).reinterpret(1);
        place.set(JAVA_BYTE, 0, (byte) ~place.get(JAVA_BYTE, 0));
    }

    @Test
    void useAfterCloseThrows() {
        var arena = SecureArena.open("test");
        var segment = arena.allocate(8);
        arena.close();
        assertThatIllegalStateException().isThrownBy(() -> segment.get(JAVA_BYTE, 0));
        assertThatIllegalStateException().isThrownBy(() -> arena.allocate(8));
    }

    @Test
    void badSizesNameTheValue() {
        try (var arena = SecureArena.open("test")) {
            assertThatIllegalArgumentException().isThrownBy(() -> arena.allocate(-1)).withMessageContaining("byteSize=-1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> arena.allocate(8, 3))
                    .withMessageContaining("byteAlignment=3");
        }
    }

    @Test
    void memoryThatCannotBeHadLeavesTheArenaUsable() {
        try (var arena = SecureArena.open("test")) {
            assertThatThrownBy(() -> arena.allocate(1L << 60)).isInstanceOf(SecureMemoryException.class)
                    .hasMessageContaining("for test");
            assertThat(arena.allocatedBytes()).isZero();
            assertThat(arena.allocate(8).byteSize()).isEqualTo(8);
        }
    }

    private static boolean onlyZeros(MemorySegment segment) {
        return segment.elements(JAVA_BYTE).allMatch(b -> b.get(JAVA_BYTE, 0) == 0);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
