package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.SafetensorsBuilder;
import dev.lockstep.testkit.SharedData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model of several files is opened if each is the signed one, and in its place. */
class ShardedFolderTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final TrustPolicy TRUST = TrustPolicy.of(KEYS.getPublic());
    private static final String INDEX = "model.safetensors.index.json";
    private static final int SHARDS = 3;

    @TempDir
    private Path folder;

    /** The stories model in three shards. */
    @BeforeEach
    void writeFolder() throws IOException {
        Path original = SharedData.path("checkpoints/stories260K/hf");
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json")) {
            Files.copy(original.resolve(name), folder.resolve(name));
        }
        var files = new LinkedHashMap<String, SafetensorsBuilder>();
        var shardOf = new LinkedHashMap<String, String>();
        int i = 0;
        for (var tensor : SafetensorsBuilder.read(original.resolve("model.safetensors")).entrySet()) {
            String shard = "model-0000" + (i++ % SHARDS + 1) + "-of-00003.safetensors";
            files.computeIfAbsent(shard, _ -> new SafetensorsBuilder()).tensor(tensor.getKey(), tensor.getValue().type(), tensor.getValue().shape(),
                    tensor.getValue().values());
            shardOf.put(tensor.getKey(), shard);
        }
        for (var file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue().build());
        }
        writeIndex(shardOf);
    }

    private void writeIndex(Map<String, String> shardOf) throws IOException {
        Files.writeString(folder.resolve(INDEX), shardOf.entrySet().stream().map(each -> '"' + each.getKey() + "\": \"" + each.getValue() + '"')
                .collect(Collectors.joining(", ", "{\"metadata\": {}, \"weight_map\": {", "}}")));
    }

    private void sign() {
        ModelSigner.sign(folder, KEYS, folder.resolve("model.sig"), List.of());
    }

    private void assertRefused(Reason reason, String message) {
        assertThatExceptionOfType(ModelSignatureException.class).isThrownBy(() -> CheckpointLoader.open(folder, TRUST).close())
                .withMessageContaining(message).satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    private void assertMalformed(String message) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(() -> CheckpointLoader.open(folder, TrustPolicy.allowUnsigned()).close())
                .withMessageContaining(message);
    }

    @Test
    void shardsAreTheSameCheckpointAsOneFile() throws IOException {
        sign();
        Path single = SharedData.path("checkpoints/stories260K/hf");
        try (var sharded = CheckpointLoader.open(folder, TRUST); var whole = CheckpointLoader.open(single, TrustPolicy.allowUnsigned());
                var arena = SecureArena.open("rows")) {
            assertThat(sharded.provenance()).isInstanceOf(Provenance.Signed.class);
            assertThat(sharded.provenance().sha256()).hasSize(64).isNotEqualTo(whole.provenance().sha256());
            assertThat(sharded.format()).isEqualTo("safetensors, 3 files");
            assertThat(sharded.tensors()).extracting(TensorInfo::name).hasSameElementsAs(whole.tensors().stream().map(TensorInfo::name).toList());
            for (TensorInfo tensor : sharded.tensors()) {
                MemorySegment one = arena.allocate(tensor.byteSize());
                MemorySegment other = arena.allocate(tensor.byteSize());
                sharded.readTensor(tensor, 0, one);
                whole.readTensor(whole.tensor(tensor.name()).orElseThrow(), 0, other);
                assertThat(one.mismatch(other)).as(tensor.name()).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", INDEX, "model-00002-of-00003.safetensors", "tokenizer.json", "generation_config.json"})
    void aFileThatWasChangedOrTakenAwayIsRefused(String name) throws IOException {
        sign();
        byte[] bytes = Files.readAllBytes(folder.resolve(name));
        bytes[bytes.length / 2] ^= 1;
        Files.write(folder.resolve(name), bytes);
        assertRefused(Reason.DIGEST_MISMATCH, name);
        Files.delete(folder.resolve(name));
        assertRefused(Reason.FILE_MISSING, name);
    }

    @Test
    void aFileThatNobodySignedIsNotRead() throws IOException {
        sign();
        Files.writeString(folder.resolve("special_tokens_map.json"), "{}");
        assertRefused(Reason.FILE_EXTRA, "special_tokens_map.json");
    }

    @Test
    void aFolderWithoutASignatureIsRefused() {
        assertRefused(Reason.SIGNATURE_MISSING, "model.sig");
    }

    @Test
    void filesMayBeEncrypted() throws IOException {
        sign();
        Path shard = folder.resolve("model-00001-of-00003.safetensors");
        try (var identity = X25519Identity.generate()) {
            AgeFiles.encrypt(shard, folder.resolve(shard.getFileName() + ".age"), List.of(identity.recipient()), _ -> { });
            assertRefused(Reason.FILE_EXTRA, "lies there twice");
            Files.delete(shard);
            CheckpointLoader.open(folder, TRUST, Residency.RESIDENT, List.of(identity)).close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../model-00001-of-00003.safetensors", "/etc/passwd", "a/b.safetensors", "a\\\\b.safetensors", "..", "config.json", ".safetensors",
        "C:x.safetensors", "model\\u0000.safetensors"})
    void anIndexNamesFilesOfItsFolderOnly(String name) throws IOException {
        writeIndex(Map.of("model.norm.weight", name));
        assertMalformed("is no name of a safetensors file in the same folder");
    }

    @Test
    void anIndexSaysTheTruth() throws IOException {
        writeIndex(Map.of("model.norm.weight", "model-00001-of-00003.safetensors"));
        assertMalformed("but the index has it in");
        Files.copy(folder.resolve("model-00001-of-00003.safetensors"), folder.resolve("model.safetensors"));
        assertMalformed("has both model.safetensors and model.safetensors.index.json");
    }

    @Test
    void aShardAloneIsNoModel() {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> CheckpointLoader.open(folder.resolve("model-00001-of-00003.safetensors"), TrustPolicy.allowUnsigned()))
                .withMessageContaining("name the folder");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> CheckpointLoader.open(folder.resolve(INDEX), TrustPolicy.allowUnsigned()))
                .withMessageContaining("name the folder");
    }

    @Test
    void anIndexMayListTheOnlyFile() throws IOException {
        Path whole = folder.resolve("model.safetensors");
        Files.copy(SharedData.path("checkpoints/stories260K/hf/model.safetensors"), whole);
        writeIndex(SafetensorsBuilder.read(whole).keySet().stream().collect(Collectors.toMap(name -> name, _ -> "model.safetensors")));
        CheckpointLoader.open(folder, TrustPolicy.allowUnsigned()).close();
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path shard = folder.resolve("model-00001-of-00003.safetensors");
        Files.move(shard, folder.resolve("elsewhere"));
        Files.createSymbolicLink(shard, folder.resolve("elsewhere"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> CheckpointLoader.open(folder, TrustPolicy.allowUnsigned()))
                .withMessageContaining("symbolic link");
    }
}
