package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.InProcess;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.testkit.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A conversation in several processes. */
class SessionCommandTest {
    private static final String[] GREEDY = {"--temperature", "0", "--no-echo"};

    @TempDir
    private Path folder;
    private Path key;
    private Path session;
    private X25519Identity identity;

    @BeforeEach
    void makeKey() {
        identity = X25519Identity.generate();
        key = folder.resolve("me.txt");
        session = folder.resolve("chat.age");
        AgeIdentityFile.write(key, identity);
    }

    private Object[] arguments(Object... more) {
        return Stream.of(new Object[] {"run", "--session", session}, GREEDY, more).flatMap(Stream::of).toArray();
    }

    private Object[] turnArguments(String prompt, int tokens) {
        return arguments("--age-identity", key, "-p", prompt, "-n", tokens);
    }

    private Cli.Result run(Object... more) {
        return InProcess.run(arguments(more));
    }

    private Cli.Result turn(String prompt, int tokens) {
        return InProcess.run(turnArguments(prompt, tokens));
    }

    private static String text(Cli.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.text();
    }

    private void refused(Cli.Result result, int exitCode, String message) throws IOException {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(message);
        assertThat(result.text()).isEmpty();
    }

    @Test
    void aConversationGoesOnInAnotherProcess() throws IOException {
        String whole = text(InProcess.run("run", "-p", "Once upon a time", "-n", "24", "--temperature", "0", "--no-echo"));
        assertThat(text(Cli.plainJava().run(turnArguments("Once upon a time", 10))) + text(Cli.plainJava().run(turnArguments("", 14)))).isEqualTo(whole);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(session))).isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("me.txt", "chat.age");
    }

    /** From standard input, which is empty when it is read again; and the model's file is encrypted too. */
    @Test
    void identitiesAreReadOnce() throws IOException {
        Path model = folder.resolve("model.gguf.age");
        AgeFiles.encrypt(Models.demoFile(), model, List.of(identity.recipient()), _ -> { });
        var cli = Cli.plainJava().withInput(Files.readAllBytes(key));
        for (int turn = 0; turn < 2; turn++) {
            text(cli.run(arguments("--model", model, "--allow-unsigned", "--age-identity", "/dev/stdin", "-p", "Once", "-n", "2")));
        }
    }

    @Test
    void whatIsNotOursToContinueIsRefusedAndStays() throws IOException {
        text(turn("Once upon a time", 4));
        byte[] good = Files.readAllBytes(session);

        Path other = folder.resolve("other.txt");
        AgeIdentityFile.write(other, X25519Identity.generate());
        refused(run("--age-identity", other, "-p", "x"), 1, "is encrypted for somebody else");

        byte[] bad = good.clone();
        bad[bad.length - 1] ^= 1;
        Files.write(session, bad);
        refused(turn("x", 1), 3, "was changed or cut");

        Files.write(session, good);
        Path changed = folder.resolve("changed.gguf");
        byte[] weights = Files.readAllBytes(Models.demoFile());
        weights[weights.length - 1] ^= 1;
        Files.write(changed, weights);
        refused(run("--model", changed, "--allow-unsigned", "--age-identity", key, "-p", "x"), 3, "was saved with another model");

        refused(run("--age-identity", key, "-c", "3", "-p", "x"), 1, "the context is 3");
        assertThat(session).hasBinaryContent(good);
    }

    @Test
    void whatSomebodyElsePlantedIsRefused() throws IOException {
        text(turn("Once upon a time", 4));
        Path payload = folder.resolve("payload");
        AgeFiles.decrypt(session, payload, List.of(identity), _ -> { });
        byte[] changed = Files.readAllBytes(payload);
        changed[changed.length / 2] ^= 1;
        AgeFiles.replace(session, List.of(identity.recipient()), writer -> writer.write(changed, 0, changed.length));
        refused(turn("x", 1), 3, "was not saved by the owner of this identity");
    }

    @Test
    void whatCannotBeSavedIsNamedBeforeAnythingIsGenerated() throws IOException {
        session = folder.resolve("none/chat.age");
        refused(turn("Once", 1), 1, "none: no such file");
        session = folder.resolve("chat.age");
        refused(run("-p", "Once"), 2, "a passphrase is asked for on a terminal");
    }
}
