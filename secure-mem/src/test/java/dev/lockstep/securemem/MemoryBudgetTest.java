package dev.lockstep.securemem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    @AfterEach
    void lift() {
        MemoryBudget.limit(MemoryBudget.UNLIMITED);
    }

    @Test
    void whatGoesBeyondFailsCleanlyAndTheArenaGoesOn() {
        long before = MemoryBudget.held();
        try (var arena = SecureArena.open("test")) {
            MemoryBudget.limit(before + 1000);
            arena.allocate(900);
            assertThatExceptionOfType(SecureMemoryException.class).isThrownBy(() -> arena.allocate(101))
                    .withMessageContaining("test needs 101 bytes").withMessageContaining("budget of " + (before + 1000));
            assertThat(MemoryBudget.held()).isEqualTo(before + 900);
            arena.allocate(100);
        }
        assertThat(MemoryBudget.held()).isEqualTo(before);
        assertThat(MemoryBudget.peak()).isGreaterThanOrEqualTo(before + 1000);
    }

    @Test
    void hugeSizesDoNotWrapAround() {
        try (var arena = SecureArena.open("test")) {
            arena.allocate(10);
            MemoryBudget.limit(1 << 20);
            assertThatExceptionOfType(SecureMemoryException.class).isThrownBy(() -> arena.allocate(Long.MAX_VALUE));
            MemoryBudget.limit(MemoryBudget.UNLIMITED);
            assertThatExceptionOfType(SecureMemoryException.class).isThrownBy(() -> arena.allocate(Long.MAX_VALUE));
            assertThat(arena.allocatedBytes()).isEqualTo(10);
        }
    }

    @Test
    void roomIsAskedForBeforeTheWork() {
        MemoryBudget.limit(MemoryBudget.held() + 1000);
        MemoryBudget.requireRoom(1000, "a model");
        assertThatExceptionOfType(SecureMemoryException.class).isThrownBy(() -> MemoryBudget.requireRoom(1001, "a model"))
                .withMessageStartingWith("a model needs 1001 bytes");
        assertThatExceptionOfType(SecureMemoryException.class).isThrownBy(() -> MemoryBudget.requireRoom(Long.MAX_VALUE, "a model"));
    }

    @Test
    void aLimitIsNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryBudget.limit(-1)).withMessageContaining("bytes=-1");
    }
}
