package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.lockstep.guard.posture.DeviceView;
import dev.lockstep.guard.posture.Platform;
import dev.lockstep.guard.posture.UnseenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalsTest {
    private static final String WHOLE_MAP = "         0          0 4294967295\n";

    @TempDir
    private Path root;

    @BeforeEach
    void aMachineOfTwoUsers() throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.createDirectories(root.resolve("etc"));
        status("Name:\tjava\nUid:\t0\t1000\t1000\t1000\nGid:\t0\t100\t100\t100\nGroups:\t4 27 \nVmPeak:\t1 kB\n");
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n# a comment\n+::::::\nanna:x:1000:100:,,,:/home/anna:/bin/sh\n"
                + "twin:x:1000:100::/:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nadm:x:4:anna\nsudo:x:27:\nusers:x:100:\nstaff:x:50:anna\n");
    }

    private Principal principal() throws IOException {
        return asked(Platform.LINUX, "none", "");
    }

    private Principal asked(Platform platform, String command, String output) throws IOException {
        return Principals.of(new DeviceView(root, platform, () -> null, each -> {
            if (!String.join(" ", each).equals(command)) {
                throw new UnseenException(each + " cannot be run");
            }
            return output;
        }, Instant::now));
    }

    private void status(String text) throws IOException {
        Files.writeString(root.resolve("proc/self/status"), text);
    }

    @Test
    void theUserIsTheEffectiveOneWithTheGroupsThatTheKernelKnows() throws IOException {
        assertThat(principal()).isEqualTo(new Principal(Principal.Kind.USER, "anna", Set.of("users", "adm", "sudo")));
    }

    @Test
    void whomTheFilesDoNotListGoesByNumber() throws IOException {
        status("Uid:\t0\t70001\t0\t0\nGid:\t0\t70002\t0\t0\nGroups:\t100 70003\n");

        assertThat(principal()).isEqualTo(new Principal(Principal.Kind.USER, "uid:70001", Set.of("users", "gid:70002", "gid:70003")));
    }

    @Test
    void aMachineWithoutFilesOfNamesHasNumbers() throws IOException {
        Files.delete(root.resolve("etc/passwd"));
        Files.delete(root.resolve("etc/group"));

        assertThat(principal()).isEqualTo(new Principal(Principal.Kind.USER, "uid:1000", Set.of("gid:100", "gid:4", "gid:27")));
    }

    @Test
    void longFilesAreReadToTheirEnd() throws IOException {
        Files.writeString(root.resolve("etc/passwd"), "x".repeat(100_000) + "\nanna:x:1000:100:::\n");

        assertThat(principal().name()).isEqualTo("anna");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Uid:\t1000\nGid:\t0\t0\nGroups:\n", "Uid:\t0\t1000\nGid:\t0\t0\n", "Uid:\t0\t-1\nGid:\t0\t0\nGroups:\n",
        "Uid:\t0\t1\nGid:\t0\t0\nGroups:\tadm\n"})
    void whereTheKernelDoesNotSayItNobodyIsAssumed(String text) throws IOException {
        status(text);

        assertThatIOException().isThrownBy(this::principal).withMessageContaining("nobody knows as whom this runs");
    }

    @Test
    void withoutWhatTheKernelSaysNobodyIsAssumed() throws IOException {
        Files.delete(root.resolve("proc/self/status"));

        assertThatIOException().isThrownBy(this::principal).withMessageContaining("nobody knows as whom this runs");
    }

    /** {@code unshare --map-user=1000} makes anybody 1000, {@code unshare -r} 0. */
    @ParameterizedTest
    @ValueSource(strings = {"uid_map", "gid_map"})
    void whereNumbersAreChosenNobodyHasAName(String map) throws IOException {
        Files.writeString(root.resolve("proc/self/uid_map"), WHOLE_MAP);
        Files.writeString(root.resolve("proc/self/gid_map"), WHOLE_MAP);
        assertThat(principal().name()).isEqualTo("anna");

        for (String other : List.of("", "      1000       1001          1\n", "0 1000 1\n1 100000 65535\n", "0 100000 4294967295\n")) {
            Files.writeString(root.resolve("proc/self").resolve(map), other);
            assertThat(principal()).isEqualTo(new Principal(Principal.Kind.USER, "userns:uid:1000", Set.of("userns:gid:100", "userns:gid:4", "userns:gid:27")));
        }
    }

    @Test
    void elsewhereACommandOfTheSystemSaysIt() throws IOException {
        assertThat(asked(Platform.MACOS, "/usr/bin/id -un", "anna\n")).isEqualTo(new Principal(Principal.Kind.USER, "anna", Set.of()));
        assertThat(asked(Platform.WINDOWS, "C:\\Windows\\System32\\whoami.exe", "laptop\\anna meier\r\n").name()).isEqualTo("laptop\\anna meier");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "anna\nroot", "id: cannot find name", "zo\uFFFD", "\u0007"})
    void whatIsNoNameIsNobodys(String output) {
        assertThatIOException().isThrownBy(() -> asked(Platform.MACOS, "/usr/bin/id -un", output)).withMessageContaining("says no name");
    }

    @Test
    void whereNoCommandAnswersNobodyIsAssumed() {
        for (Platform platform : List.of(Platform.MACOS, Platform.WINDOWS, Platform.OTHER)) {
            assertThatIOException().isThrownBy(() -> asked(platform, "none", "")).withMessageContaining("nobody knows as whom this runs");
        }
    }

    @Test
    void thisProcessRunsAsSomebody() throws IOException {
        assertThat(Principals.ofProcess().name()).isNotEmpty();
    }
}
