package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model that stays in its file: the same numbers, and nothing that was not verified. */
class MappedResidencyTest {
    private static final int[] TOKENS = {1, 5, 9, 2, 7, 3, 8, 4};

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void copyModel() throws IOException {
        file = Files.copy(SharedData.path("checkpoints/stories260K/stories260K-f32.gguf"), folder.resolve("model.gguf"));
        file.toFile().setWritable(true);
    }

    static List<Path> checkpoints() throws IOException {
        // Phi 3: matrices that are parts of others
        Stream<Path> phi3 = Stream.of("model-f16.gguf").map(SharedData.path("checkpoints/arch/phi3")::resolve);
        try (Stream<Path> llama = Files.list(SharedData.path("checkpoints/arch/llama")); Stream<Path> tied = Files.list(SharedData.path("checkpoints/arch/llama3-tied"))) {
            return Stream.of(llama, tied, phi3).flatMap(paths -> paths).filter(path -> path.toString().endsWith(".gguf")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void theLogitsAreThoseOfAModelInMemory(Path checkpoint) throws IOException {
        float[] expected = logits(checkpoint, Residency.RESIDENT, 2);
        assertThat(logits(checkpoint, Residency.MAPPED, 1)).isEqualTo(expected);
        assertThat(logits(checkpoint, Residency.MAPPED, 3)).isEqualTo(expected);
    }

    private static float[] logits(Path checkpoint, Residency residency, int threads) throws IOException {
        try (Model model = load(checkpoint, residency, threads); Session session = model.newSession()) {
            return Models.logits(session, TOKENS);
        }
    }

    private static Model load(Path checkpoint, Residency residency, int threads) throws IOException {
        var options = LoadOptions.defaults().withThreads(threads).withResidency(residency);
        return Lockstep.load(checkpoint, TrustPolicy.allowUnsigned(), options);
    }

    @Test
    void aFileThatWasChangedIsNoticed() throws IOException {
        try (Model model = load(file, Residency.MAPPED, 2); Session session = model.newSession()) {
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), channel.size() - 100_000);
            }
            assertRefused(session, Reason.DIGEST_MISMATCH);
        }
    }

    @Test
    void aFileThatWasCutIsNoticed() throws IOException {
        try (Model model = load(file, Residency.MAPPED, 2); Session session = model.newSession()) {
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / 2);
            }
            assertThatThrownBy(() -> Models.logits(session, TOKENS)).isInstanceOf(ModelSignatureException.class);
        }
    }

    @Test
    void aFileInItsPlaceDoesNotMatter() throws IOException {
        float[] expected = logits(file, Residency.RESIDENT, 2);
        try (Model model = load(file, Residency.MAPPED, 2); Session session = model.newSession()) {
            Path other = Files.write(folder.resolve("other"), new byte[10]);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            assertThat(Models.logits(session, TOKENS)).isEqualTo(expected);
        }
    }

    @Test
    void anInterruptDoesNotTakeTheFileAway() throws IOException {
        float[] expected = logits(file, Residency.RESIDENT, 2);
        try (Model model = load(file, Residency.MAPPED, 2); Session session = model.newSession()) {
            Thread.currentThread().interrupt();
            assertThat(Models.logits(session, TOKENS)).isEqualTo(expected);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static void assertRefused(Session session, Reason reason) {
        assertThatThrownBy(() -> Models.logits(session, TOKENS)).isInstanceOfSatisfying(ModelSignatureException.class,
                refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    @Test
    void closingGivesUpTheFile() throws IOException {
        load(file, Residency.MAPPED, 1).close();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open.map(MappedResidencyTest::target)).doesNotContain(file.toRealPath().toString());
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }
}
