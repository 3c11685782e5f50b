package dev.lockstep.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalsTest {
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

    private void status(String text) throws IOException {
        Files.writeString(root.resolve("proc/self/status"), text);
    }

    @Test
    void theUserIsTheEffectiveOneWithTheGroupsThatTheKernelKnows() throws IOException {
        assertThat(Principals.in(root)).isEqualTo(new Principal(Principal.Kind.USER, "anna", Set.of("users", "adm", "sudo")));
    }

    @Test
    void whomTheFilesDoNotListGoesByNumber() throws IOException {
        status("Uid:\t0\t70001\t0\t0\nGid:\t0\t70002\t0\t0\nGroups:\t100 70003\n");

        assertThat(Principals.in(root)).isEqualTo(new Principal(Principal.Kind.USER, "uid:70001", Set.of("users", "gid:70002", "gid:70003")));
    }

    @Test
    void aMachineWithoutFilesOfNamesHasNumbers() throws IOException {
        Files.delete(root.resolve("etc/passwd"));
        Files.delete(root.resolve("etc/group"));

        assertThat(Principals.in(root)).isEqualTo(new Principal(Principal.Kind.USER, "uid:1000", Set.of("gid:100", "gid:4", "gid:27")));
    }

    @Test
    void longFilesAreReadToTheirEnd() throws IOException {
        Files.writeString(root.resolve("etc/passwd"), "x".repeat(100_000) + "\nanna:x:1000:100:::\n");

        assertThat(Principals.in(root).name()).isEqualTo("anna");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Uid:\t1000\nGid:\t0\t0\nGroups:\n", "Uid:\t0\t1000\nGid:\t0\t0\n", "Uid:\t0\t-1\nGid:\t0\t0\nGroups:\n",
        "Uid:\t0\t1\nGid:\t0\t0\nGroups:\tadm\n"})
    void whereTheKernelDoesNotSayItNobodyIsAssumed(String text) throws IOException {
        status(text);

        assertThatIOException().isThrownBy(() -> Principals.in(root)).withMessageContaining("nobody knows as whom this runs");
    }

    @Test
    void elsewhereItIsWhomJavaNames() throws IOException {
        assertThat(Principals.in(root.resolve("etc"))).isEqualTo(new Principal(Principal.Kind.USER, System.getProperty("user.name"), Set.of()));
    }

    @Test
    void thisProcessRunsAsSomebody() throws IOException {
        assertThat(Principals.ofProcess().name()).isNotEmpty();
    }
}
