package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureMemoryException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeptSecretTest {
    @AfterEach
    void lift() {
        MemoryBudget.limit(MemoryBudget.UNLIMITED);
    }

    @Test
    void theArrayItIsMadeOfIsOverwrittenAndSoIsEachItIsUsedIn() {
        byte[] array = {1, 2, 3};
        byte[][] used = new byte[1][];
        try (var secret = new KeptSecret(array)) {
            assertThat(array).containsOnly(0);
            assertThat(secret.<byte[]>with(own -> {
                used[0] = own;
                return own.clone();
            })).containsExactly(1, 2, 3);
            assertThat(used[0]).containsOnly(0);
        }
    }

    @Test
    void closedItGivesNothingNotEvenZeros() {
        var secret = new KeptSecret(new byte[] {1});
        secret.close();
        assertThatIllegalStateException().isThrownBy(() -> secret.with(Arrays::hashCode)).withMessageContaining("closed");
    }

    @Test
    void withoutMemoryForItTheArrayIsOverwrittenAllTheSame() {
        long held = MemoryBudget.held();
        MemoryBudget.limit(held);
        byte[] array = {1, 2, 3};
        assertThatExceptionOfType(SecureMemoryException.class).isThrownBy(() -> new KeptSecret(array));
        assertThat(array).containsOnly(0);
        assertThat(MemoryBudget.held()).isEqualTo(held);
    }
}
