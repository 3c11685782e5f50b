package dev.lockstep.loader.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.trust.SeenVersions.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedStateTest {
    @TempDir
    private Path home;

    private Path folder;

    @BeforeEach
    void place() {
        folder = home.resolve("state/seen");
    }

    @Test
    void remembersTheNewestVersionOfEachName() {
        assertThat(state().newest(Kind.MODEL, "llama")).isEmpty();
        assertThat(folder).doesNotExist();
        state().record(Kind.MODEL, "llama", 3);
        state().record(Kind.MODEL, "llama", 2);
        state().record(Kind.POLICY, "llama", 9);
        assertThat(state().newest(Kind.MODEL, "llama")).hasValue(3);
        assertThat(state().newest(Kind.POLICY, "llama")).hasValue(9);
        assertThat(state().newest(Kind.MODEL, "other")).isEmpty();
    }

    @Test
    void nobodyElseCanReadTheKey() throws IOException {
        state().record(Kind.MODEL, "llama", 3);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("device.key")))).isEqualTo("rw-------");
    }

    @Test
    void everyFlippedBitIsNoticed() throws IOException {
        state().record(Kind.MODEL, "llama", 3);
        Path file = folder.resolve("seen.json");
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length * 8; i++) {
            byte[] bad = good.clone();
            bad[i / 8] ^= (byte) (1 << i % 8);
            Files.write(file, bad);
            refused();
        }
    }

    @Test
    void aStateOfAnotherDeviceIsNoticed() throws IOException {
        state().record(Kind.MODEL, "llama", 3);
        Path other = home.resolve("other");
        SealedState.in(other).record(Kind.MODEL, "llama", 1);
        Files.write(folder.resolve("seen.json"), Files.readAllBytes(other.resolve("seen.json")));
        refused();
    }

    @Test
    void removingTheStateOrTheKeyAloneIsNoticed() throws IOException {
        state().record(Kind.MODEL, "llama", 3);
        byte[] content = Files.readAllBytes(folder.resolve("seen.json"));
        Files.delete(folder.resolve("seen.json"));
        refused();
        Files.write(folder.resolve("seen.json"), content);
        Files.delete(folder.resolve("device.key"));
        refused();
    }

    @Test
    void aCutKeyIsNoticed() throws IOException {
        state().record(Kind.MODEL, "llama", 3);
        Files.write(folder.resolve("device.key"), new byte[31]);
        refused();
    }

    /** Signers choose names. */
    @Test
    void namesOfAnyKindAreRemembered() {
        for (String name : List.of("", "x".repeat(100_000), "\ud800", "\u0000", "\"}", "ä".repeat(60_000))) {
            state().record(Kind.MODEL, name, 3);
            assertThat(state().newest(Kind.MODEL, name)).hasValue(3);
        }
        assertThat(state().newest(Kind.MODEL, "\udc00")).isEmpty();
    }

    @Test
    void anEmptyFolderIsANewOne() throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThat(state().newest(Kind.MODEL, "llama")).isEmpty();
        state().record(Kind.MODEL, "llama", 3);
        assertThat(state().newest(Kind.MODEL, "llama")).hasValue(3);
    }

    @Test
    void aFolderThatOthersMayWriteProvesNothing() throws IOException {
        state().record(Kind.MODEL, "llama", 3);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        refused();
    }

    @Test
    void severalThreadsLoseNothing() throws Exception {
        List<Thread> threads = IntStream.range(0, 8).mapToObj(i -> Thread.ofPlatform().start(() -> {
            for (int version = 1; version <= 20; version++) {
                state().record(Kind.MODEL, "model " + i, version);
            }
        })).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < 8; i++) {
            assertThat(state().newest(Kind.MODEL, "model " + i)).hasValue(20);
        }
        try (Stream<Path> left = Files.list(folder.getParent())) {
            assertThat(left).containsExactly(folder);
        }
    }

    private SealedState state() {
        return SealedState.in(folder);
    }

    private void refused() {
        assertThatThrownBy(() -> state().newest(Kind.MODEL, "llama")).isInstanceOfSatisfying(ModelSignatureException.class,
                refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STATE_INVALID));
        assertThatThrownBy(() -> state().record(Kind.MODEL, "llama", 4)).isInstanceOf(ModelSignatureException.class);
    }
}
