package dev.lockstep.securemem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
    @Test
    void allStepsAreTakenAndTheFirstFailureIsThrown() {
        List<Integer> taken = new ArrayList<>();
        var first = new IllegalStateException("first");
        var second = new OutOfMemoryError("second");
        assertThatThrownBy(() -> Closing.all(() -> taken.add(1), () -> fail(first), () -> taken.add(2), () -> fail(second), () -> taken.add(3)))
                .isSameAs(first).hasSuppressedException(second);
        assertThat(taken).containsExactly(1, 2, 3);
    }

    @Test
    void anErrorStaysAnError() {
        var error = new OutOfMemoryError("only");
        assertThatThrownBy(() -> Closing.all(() -> fail(error))).isSameAs(error);
    }

    private static void fail(Throwable failure) {
        switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalArgumentException(failure);
        }
    }
}
