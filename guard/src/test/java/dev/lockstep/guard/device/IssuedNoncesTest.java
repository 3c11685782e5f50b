package dev.lockstep.guard.device;

import static dev.lockstep.guard.device.TestDevice.CLOCK;
import static dev.lockstep.guard.device.TestDevice.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class IssuedNoncesTest {
    private static final Duration LIFETIME = Duration.ofSeconds(10);

    private Instant now = NOW;
    private final IssuedNonces nonces = new IssuedNonces(() -> now, LIFETIME, 2);

    @Test
    void eachIsGoodForOneAnswer() {
        String first = issued();
        String second = issued();
        assertThat(first).isNotEqualTo(second).hasSize(64);
        PostureStatement.requireNonce(first);
        assertThat(nonces.redeem(first)).isTrue();
        assertThat(nonces.redeem(first)).isFalse();
        assertThat(nonces.redeem(second)).isTrue();
        assertThat(nonces.redeem("0".repeat(64))).isFalse();
    }

    @Test
    void eachGrowsOld() {
        String first = issued();
        String second = issued();
        now = NOW.plus(LIFETIME);
        assertThat(nonces.redeem(first)).isTrue();
        now = now.plusNanos(1);
        assertThat(nonces.redeem(second)).isFalse();
    }

    /** Otherwise whoever asks often makes the questions of others worthless. */
    @Test
    void whoAsksOftenTakesNothingFromOthers() {
        String first = issued();
        String second = issued();
        assertThat(nonces.issue()).isEmpty();
        assertThat(nonces.issue()).isEmpty();
        assertThat(nonces.redeem(first)).isTrue();
        assertThat(nonces.issue()).as("there is room again").isPresent();
        assertThat(nonces.redeem(second)).isTrue();
    }

    @Test
    void thoseThatGrewOldMakeRoom() {
        String first = issued();
        issued();
        now = NOW.plus(LIFETIME).plusNanos(1);
        assertThat(nonces.issue()).isPresent();
        assertThat(nonces.issue()).isPresent();
        assertThat(nonces.issue()).isEmpty();
        assertThat(nonces.redeem(first)).isFalse();
    }

    @Test
    void aClockThatIsSetBackKeepsNoneOpen() {
        String first = issued();
        issued();
        now = NOW.minus(Duration.ofDays(365));
        assertThat(nonces.issue()).isPresent();
        assertThat(nonces.redeem(first)).isFalse();
    }

    @Test
    void thereIsRoomForOneAndTimeIsNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> new IssuedNonces(CLOCK, LIFETIME, 0)).withMessageContaining("capacity=0");
        assertThatIllegalArgumentException().isThrownBy(() -> new IssuedNonces(CLOCK, Duration.ofNanos(-1), 1)).withMessageContaining("lifetime=");
    }

    private String issued() {
        return nonces.issue().orElseThrow();
    }
}
