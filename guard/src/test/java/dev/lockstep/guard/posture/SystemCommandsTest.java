package dev.lockstep.guard.posture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How commands of the system are run, with some that every Unix has. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has other commands")
class SystemCommandsTest {
    private final StatusCommands commands = new SystemCommands(Duration.ofSeconds(30));

    @Test
    void outputAndErrorOutputAreBothThere() throws UnseenException {
        assertThat(commands.run(List.of("/bin/sh", "-c", "echo out; echo err >&2; exit 3"))).isEqualTo("out\nerr\n");
    }

    @Test
    void thereIsNoEnvironment() throws UnseenException {
        assertThat(commands.run(List.of("/usr/bin/env"))).isEmpty();
    }

    @Test
    void thereIsNoInputToWaitFor() throws UnseenException {
        assertThat(commands.run(List.of("/bin/cat"))).isEmpty();
    }

    @Test
    void whatDoesNotEndIsEnded() {
        var impatient = new SystemCommands(Duration.ofMillis(50));
        assertThatThrownBy(() -> impatient.run(List.of("/bin/sleep", "1000"))).isInstanceOf(UnseenException.class)
                .hasMessage("/bin/sleep has not ended within 50 ms");
    }

    @Test
    void whatWritesWithoutEndIsEnded() {
        assertThatThrownBy(() -> commands.run(List.of("/bin/cat", "/dev/zero"))).isInstanceOf(UnseenException.class)
                .hasMessage("/bin/cat has written more than 4096 bytes");
    }

    /** What is cut off could say the contrary. */
    @Test
    void outputIsWholeOrNone() throws UnseenException {
        assertThat(commands.run(List.of("/bin/sh", "-c", "printf '%4096d' 1"))).hasSize(SystemCommands.MAX_OUTPUT_BYTES);
        assertThatThrownBy(() -> commands.run(List.of("/bin/sh", "-c", "printf '%4097d' 1"))).isInstanceOf(UnseenException.class);
    }

    @Test
    void outputIsWaitedForToItsEnd() throws UnseenException {
        assertThat(commands.run(List.of("/bin/sh", "-c", "echo early; sleep 0.1; echo late"))).isEqualTo("early\nlate\n");
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> commands.run(List.of("/no/such/command"))).isInstanceOf(UnseenException.class)
                .hasMessageStartingWith("/no/such/command cannot be run");
    }
}
