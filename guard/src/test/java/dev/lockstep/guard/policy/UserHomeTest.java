package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.UnseenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserHomeTest {
    @TempDir
    private Path root;

    @BeforeEach
    void aMachineOfTwoUsers() throws IOException {
        write("proc/self/status", "Name:\tjava\nUid:\t0\t1000\t1000\t1000\n");
        write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nanna:x:1000:100:,,,:/home/anna:/bin/sh\ntwin:x:1000:100::/tmp:/bin/sh\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }

    private Path home() throws IOException {
        return UserHome.of(new DeviceView(root, Platform.LINUX, () -> null, command -> {
            throw new UnseenException("there are no commands");
        }, InstantSource.system()));
    }

    @Test
    void theHomeIsThatOfTheEffectiveUserInTheFilesOfTheMachine() throws IOException {
        assertThat(home()).isEqualTo(root.resolve("home/anna"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "eve:x:1001:100::/home/eve:\n", "anna:x:1000:100\n", "anna:x:1000:100:::/bin/sh\n", "anna:x:1000:100::home/anna:/bin/sh\n"})
    void whoHasNoHomeInThemHasNone(String passwd) throws IOException {
        write("etc/passwd", passwd);

        assertThatIOException().isThrownBy(this::home).withMessageContaining("getent passwd 1000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Name:\tjava\n", "Uid:\t1000\n"})
    void whoseNumberTheKernelDoesNotSayHasNone(String status) throws IOException {
        write("proc/self/status", status);

        assertThatIOException().isThrownBy(this::home).withMessageContaining("nobody knows where the user is at home");
    }
}
