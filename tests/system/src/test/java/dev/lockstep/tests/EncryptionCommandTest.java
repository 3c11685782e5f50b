package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted files from the command line, among ourselves and with the {@code age} tool. */
class EncryptionCommandTest {
    private static final int BYTES = 200_000;

    @TempDir
    private Path folder;
    private Path plain;
    private byte[] content;

    @BeforeEach
    void writeFile() throws IOException {
        content = new byte[BYTES];
        new SplittableRandom(0xA6E).nextBytes(content);
        plain = Files.write(folder.resolve("weights.bin"), content);
    }

    private String keygen(String name, Object... more) {
        Object[] arguments = Stream.concat(Stream.of("keygen", "--age-identity", folder.resolve(name)), Stream.of(more)).toArray();
        var made = InProcess.run(arguments);
        assertThat(made.exitCode()).as(made.err()).isZero();
        return made.text().strip();
    }

    private Cli.Result run(Object... arguments) {
        return InProcess.run(arguments);
    }

    @Test
    void whatIsEncryptedIsDecryptedByItsRecipientsAlone() throws IOException {
        String recipient = keygen("me.txt");
        String quantum = keygen("pq.txt", "--post-quantum");
        keygen("other.txt");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("me.txt")))).isEqualTo("rw-------");
        for (String each : new String[] {recipient, quantum}) {
            Path encrypted = folder.resolve("weights.bin.age");
            assertThat(run("encrypt", plain, "--recipient", each).exitCode()).isZero();
            Path out = folder.resolve("out");
            var decrypted = run("decrypt", encrypted, "--age-identity", folder.resolve(each.equals(quantum) ? "pq.txt" : "me.txt"), "--output", out);
            assertThat(decrypted.exitCode()).as(decrypted.err()).isZero();
            assertThat(out).hasBinaryContent(content);
            var other = run("decrypt", encrypted, "--age-identity", folder.resolve("other.txt"), "--output", folder.resolve("none"));
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.err()).contains("is encrypted for somebody else");
            Files.delete(encrypted);
            Files.delete(out);
        }
    }

    @Test
    void aChangedFileIsRefusedAndLeavesNothingBehind() throws IOException {
        String recipient = keygen("me.txt");
        assertThat(run("encrypt", plain, "--recipient", recipient).exitCode()).isZero();
        Path encrypted = folder.resolve("weights.bin.age");
        byte[] bytes = Files.readAllBytes(encrypted);
        bytes[bytes.length - 1] ^= 1;
        Files.write(encrypted, bytes);
        long before = count();
        var refused = run("decrypt", encrypted, "--age-identity", folder.resolve("me.txt"), "--output", folder.resolve("out"));
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("was changed or cut, at chunk 3 of 4");
        assertThat(count()).isEqualTo(before);
    }

    private long count() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void anEncryptedModelTellsItsStory() throws IOException {
        String recipient = keygen("me.txt");
        String name = Models.demoFile().getFileName().toString();
        Path model = folder.resolve(name + ".age");
        Files.copy(Models.demoFile().resolveSibling(name + ".sig"), folder.resolve(name + ".sig"));
        assertThat(run("encrypt", Models.demoFile(), "--recipient", recipient, "--output", model).exitCode()).isZero();
        Object[] story = {"-p", "Once upon a time", "--temperature", "0", "-n", "12"};
        var told = run(Stream.concat(Stream.of("run", "--model", model, "--age-identity", folder.resolve("me.txt")), Stream.of(story)).toArray());
        assertThat(told.exitCode()).as(told.err()).isZero();
        assertThat(told.text()).isEqualTo(run(Stream.concat(Stream.of("run"), Stream.of(story)).toArray()).text());
        assertThat(run("inspect", model, "--age-identity", folder.resolve("me.txt")).text()).contains("signed by     key");
        assertThat(count()).as("no plaintext on the disk").isEqualTo(4);
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        String recipient = keygen("me.txt");
        Files.writeString(folder.resolve("weights.bin.age"), "mine");
        var refused = run("encrypt", plain, "--recipient", recipient);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("already exists and is not overwritten");
        assertThat(folder.resolve("weights.bin.age")).hasContent("mine");
        assertThat(run("keygen", "--age-identity", folder.resolve("me.txt")).exitCode()).isEqualTo(1);
    }

    @Test
    void nonsenseIsAUsageError() {
        assertThat(run("encrypt", plain).exitCode()).isEqualTo(2);
        assertThat(run("encrypt", plain, "--recipient", "age1nobody").exitCode()).isEqualTo(2);
        assertThat(run("encrypt", plain, "--recipient", keygen("a.txt"), "--recipient", keygen("b.txt", "--post-quantum")).exitCode()).isEqualTo(2);
        assertThat(run("keygen").exitCode()).isEqualTo(2);
        assertThat(run("decrypt", folder.resolve("x.age")).exitCode()).as("no terminal to ask on").isEqualTo(2);
    }

    /** Skipped, and said so, where the tool is not installed. */
    @Test
    void theToolOfOthersReadsOursAndWeReadTheirs() throws IOException {
        assumeThat(isInstalled()).as("the age tool is on the path").isTrue();
        String recipient = keygen("me.txt");
        Path encrypted = folder.resolve("ours.age");
        assertThat(run("encrypt", plain, "--recipient", recipient, "--output", encrypted).exitCode()).isZero();
        Path out = folder.resolve("theirs");
        assertThat(age("--decrypt", "--identity", folder.resolve("me.txt").toString(), "--output", out.toString(), encrypted.toString())).isZero();
        assertThat(out).hasBinaryContent(content);
        Path theirs = folder.resolve("theirs.age");
        assertThat(age("--recipient", recipient, "--output", theirs.toString(), plain.toString())).isZero();
        assertThat(run("decrypt", theirs, "--age-identity", folder.resolve("me.txt"), "--output", folder.resolve("back")).exitCode()).isZero();
        assertThat(folder.resolve("back")).hasBinaryContent(content);
    }

    private static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(place -> Files.isExecutable(Path.of(place, "age")));
    }

    private static int age(String... arguments) {
        return Cli.run(new ProcessBuilder(Stream.concat(Stream.of("age"), Stream.of(arguments)).toList()), new byte[0]).exitCode();
    }
}
