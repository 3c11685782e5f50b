package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.models.Embedder;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.testkit.SharedData;
import dev.lockstep.tests.RecordingGate.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gate is asked before a model is read and again before it is parsed, and told what became of it. */
class ModelGateTest {
    private static final Path FOLDER = SharedData.path("checkpoints/stories260K/hf");
    private static final Path ENCODER = SharedData.path("checkpoints/arch/bert/model-f32.gguf");

    @TempDir
    private Path folder;

    private static VerifiedCheckpoint open(Path file, TrustPolicy trust, ModelGate gate) throws IOException {
        return CheckpointLoader.open(file, trust, OpenOptions.of(Residency.RESIDENT).withGate(gate), List.of());
    }

    private Path tamperedDemo() throws IOException {
        Path copy = Models.copyOfDemo(folder);
        byte[] bytes = Files.readAllBytes(copy);
        bytes[bytes.length / 2] ^= 1;
        Files.write(copy, bytes);
        return copy;
    }

    @Test
    void aModelIsAskedAboutThenVerifiedThenClosedWithAllItsBytes() {
        RecordingGate gate = RecordingGate.refusingAt();
        Model model = Models.load(Models.demoFile(), Models.demoTrust(), LoadOptions.defaults().withGate(gate));
        model.close();
        model.close();
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED, Point.CLOSED);
        assertThat(gate.details(Point.OPENING)).containsExactly(Models.demoFile().toString());
        assertThat(gate.details(Point.VERIFIED)).containsExactly(model.provenance().sha256() + " 0");
        assertThat(gate.details(Point.CLOSED)).containsExactly(Long.toString(model.zeroing().bytes()));
        assertThat(model.zeroing().bytes()).isPositive();
    }

    @Test
    void aRefusalComesBeforeAnythingIsLookedFor() {
        RecordingGate gate = RecordingGate.refusingAt(Point.OPENING);
        for (String name : List.of("none.gguf", "none/none.safetensors", "none.h5#group", "none.gguf.age", "none")) {
            assertThatExceptionOfType(RefusedException.class).as(name)
                    .isThrownBy(() -> open(folder.resolve(name), Models.demoTrust(), gate)).withMessageContaining(RecordingGate.RULE);
        }
        assertThat(gate.points()).hasSize(5).containsOnly(Point.OPENING);
    }

    @Test
    void aModelThatIsRefusedOnceItIsKnownIsNotParsedAndLeavesNothing() throws IOException {
        KeyPair keys = SigningKeys.generate(EcCurve.P256);
        Path nonsense = Files.writeString(folder.resolve("model.gguf"), "this is no GGUF file".repeat(100));
        ModelSigner.sign(nonsense, keys, folder.resolve("model.gguf.sig"), List.of());
        long held = MemoryBudget.held();
        RecordingGate gate = RecordingGate.refusingAt(Point.VERIFIED);
        assertThatThrownBy(() -> open(nonsense, TrustPolicy.of(keys.getPublic()), gate)).isInstanceOf(RefusedException.class);
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED);
        assertThat(MemoryBudget.held()).isEqualTo(held);
    }

    @Test
    void aMalformedModelThatWasLetThroughIsClosed() throws IOException {
        Path nonsense = Files.writeString(folder.resolve("model.gguf"), "this is no GGUF file".repeat(100));
        RecordingGate gate = RecordingGate.refusingAt();
        assertThatThrownBy(() -> open(nonsense, TrustPolicy.allowUnsigned(), gate)).isInstanceOf(ModelFormatException.class);
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED, Point.CLOSED);
    }

    @Test
    void aCheckpointOfWhichNoModelIsMadeIsClosedOnce() throws IOException {
        RecordingGate gate = RecordingGate.refusingAt();
        var checkpoint = open(Models.demoFile(), Models.demoTrust(), gate);
        checkpoint.close();
        checkpoint.close();
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED, Point.CLOSED);
        assertThat(Long.parseLong(gate.details(Point.CLOSED).getFirst())).isGreaterThanOrEqualTo(checkpoint.byteSize());
    }

    @Test
    void changedAndUnsignedModelsAreReported() throws IOException {
        RecordingGate gate = RecordingGate.refusingAt();
        Path model = tamperedDemo();
        assertThatThrownBy(() -> open(model, Models.demoTrust(), gate)).isInstanceOf(ModelSignatureException.class);
        Files.delete(model.resolveSibling(model.getFileName() + ".sig"));
        assertThatThrownBy(() -> open(model, Models.demoTrust(), gate)).isInstanceOf(ModelSignatureException.class);
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.REJECTED, Point.OPENING, Point.REJECTED);
        assertThat(gate.details(Point.REJECTED)).containsExactly("DIGEST_MISMATCH", "SIGNATURE_MISSING");
    }

    @Test
    void aRecordThatFailsDoesNotHideThatAModelWasChanged() throws IOException {
        Path model = tamperedDemo();
        assertThatExceptionOfType(ModelSignatureException.class)
                .isThrownBy(() -> open(model, Models.demoTrust(), RecordingGate.refusingAt(Point.REJECTED)))
                .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(RefusedException.class).hasSize(1));
    }

    @Test
    void aChangedEncryptedFileIsReportedAndAMissingIdentityIsNot() throws IOException {
        Path encrypted = Models.encryptedDemo(folder, folder.resolve("identity.txt"));
        RecordingGate gate = RecordingGate.refusingAt();
        assertThatThrownBy(() -> open(encrypted, Models.demoTrust(), gate)).isInstanceOf(AgeException.class);
        assertThat(gate.points()).containsExactly(Point.OPENING);
        byte[] bytes = Files.readAllBytes(encrypted);
        bytes[bytes.length / 2] ^= 1;
        Files.write(encrypted, bytes);
        try (var identity = AgeIdentityFile.read(folder.resolve("identity.txt")).getFirst()) {
            assertThatThrownBy(() -> CheckpointLoader.open(encrypted, Models.demoTrust(), OpenOptions.of(Residency.RESIDENT).withGate(gate),
                    List.of(identity))).isInstanceOf(AgeException.class);
        }
        assertThat(gate.details(Point.REJECTED)).containsExactly("PAYLOAD");
    }

    @Test
    void aFolderIsAskedAboutOnceAndAsAWhole() throws IOException {
        RecordingGate gate = RecordingGate.refusingAt();
        try (var checkpoint = open(FOLDER, TrustPolicy.allowUnsigned(), gate)) {
            assertThat(gate.details(Point.VERIFIED)).containsExactly(checkpoint.provenance().sha256() + " 0");
        }
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED, Point.CLOSED);
    }

    @Test
    void weightsOfAFolderAreNotParsedIfItIsRefused() throws IOException {
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Files.writeString(folder.resolve("model.safetensors"), "no header");
        RecordingGate gate = RecordingGate.refusingAt(Point.VERIFIED);
        assertThatThrownBy(() -> open(folder, TrustPolicy.allowUnsigned(), gate)).isInstanceOf(RefusedException.class);
    }

    @Test
    void ofAFileWithSeveralModelsTheGateIsAskedAboutTheFile() throws IOException {
        Path file = SharedData.path("checkpoints/stories260K/hdf5/model-packed.h5");
        RecordingGate gate = RecordingGate.refusingAt();
        try (var checkpoint = open(Path.of(file + "#int8"), TrustPolicy.allowUnsigned(), gate)) {
            assertThat(gate.details(Point.OPENING)).containsExactly(file.toString());
            assertThat(checkpoint.path()).isEqualTo(file);
        }
    }

    @Test
    void aGateThatWouldNotBeAskedIsAMistake() throws IOException {
        RecordingGate gate = RecordingGate.refusingAt();
        LoadOptions other = LoadOptions.defaults().withGate(RecordingGate.refusingAt());
        try (var checkpoint = open(Models.demoFile(), Models.demoTrust(), gate)) {
            assertThatThrownBy(() -> Model.load(checkpoint, other)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("gate=");
            assertThatThrownBy(() -> Model.load(checkpoint, other, SessionOptions.defaults(), _ -> { })).isInstanceOf(IllegalArgumentException.class);
            Model.load(checkpoint, LoadOptions.defaults().withGate(gate)).close();
        }
        try (var encoder = open(ENCODER, TrustPolicy.allowUnsigned(), gate)) {
            assertThatThrownBy(() -> Embedder.load(encoder, other)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("gate=");
        }
    }

    @Test
    void anEmbedderIsOneSession() throws IOException {
        RecordingGate gate = RecordingGate.refusingAt();
        var embedder = Lockstep.loadEmbedder(ENCODER,
                TrustPolicy.allowUnsigned(), LoadOptions.defaults().withGate(gate), List.of());
        embedder.embed("hello");
        embedder.close();
        embedder.close();
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED, Point.SESSION_OPENING, Point.GENERATING, Point.GENERATED,
                Point.SESSION_CLOSED, Point.CLOSED);
        assertThat(gate.details(Point.SESSION_OPENING)).containsExactly(Integer.toString(embedder.maxTokens()));
        long closed = Long.parseLong(gate.details(Point.SESSION_CLOSED).getFirst()) + Long.parseLong(gate.details(Point.CLOSED).getFirst());
        assertThat(closed).isEqualTo(embedder.zeroing().bytes());
    }

    @Test
    void anEmbedderThatMayNotComputeLeavesNothing() throws IOException {
        long held = MemoryBudget.held();
        RecordingGate gate = RecordingGate.refusingAt(Point.SESSION_OPENING);
        assertThatThrownBy(() -> Lockstep.loadEmbedder(ENCODER,
                TrustPolicy.allowUnsigned(), LoadOptions.defaults().withGate(gate), List.of())).isInstanceOf(RefusedException.class);
        assertThat(gate.points()).containsExactly(Point.OPENING, Point.VERIFIED, Point.SESSION_OPENING, Point.CLOSED);
        assertThat(MemoryBudget.held()).isEqualTo(held);
    }
}
