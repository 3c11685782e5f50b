package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeException.Reason;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningIdentity;
import dev.lockstep.loader.signing.SigningKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that its publisher signed and its owner encrypted: the signature is of the plaintext, which no disk sees again. */
class EncryptedCheckpointTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final long SEED = 0xA6E;
    private static final int FLIPS = 1_000;
    /** Some chunks of age. */
    private static final int NUMBERS = 40_000;

    @TempDir
    private Path folder;
    private Path plain;
    private Path encrypted;
    private final X25519Identity identity = X25519Identity.generate();

    @BeforeEach
    void writeModel() throws IOException {
        plain = folder.resolve("model.gguf");
        encrypted = folder.resolve("model.gguf.age");
        var metadata = new GgufMetadata().integers("numbers", IntegerType.INT64, LongStream.range(0, NUMBERS).toArray());
        try (var writer = GgufWriter.create(plain, GgufWriter.Existing.REFUSE, metadata, List.of())) {
            writer.finish();
        }
    }

    @AfterEach
    void forget() {
        identity.close();
    }

    private void signAndEncrypt(HashPlan plan) throws IOException {
        ModelSigner.sign(plain, SigningIdentity.of(KEYS), plan, folder.resolve("model.gguf.sig"), List.of());
        AgeFiles.encrypt(plain, encrypted, List.of(identity.recipient()), done -> { });
        Files.delete(plain);
    }

    private VerifiedCheckpoint open(X25519Identity... identities) throws IOException {
        return CheckpointLoader.open(encrypted, TrustPolicy.of(KEYS.getPublic()), Residency.RESIDENT, List.of(identities));
    }

    @ParameterizedTest
    @ValueSource(longs = {HashPlan.WHOLE, 100_000})
    void theSignatureOfThePlaintextCounts(long shardBytes) throws IOException {
        signAndEncrypt(new HashPlan(HashAlgorithm.SHA_256, shardBytes));
        try (var checkpoint = open(identity)) {
            assertThat(checkpoint.name()).isEqualTo("model.gguf");
            assertThat(checkpoint.provenance()).isInstanceOf(Provenance.Signed.class);
            var numbers = ((Metadata.NumberListValue) checkpoint.metadata().get("numbers").orElseThrow()).value();
            assertThat(numbers.integerAt(NUMBERS - 1)).isEqualTo(NUMBERS - 1);
        }
    }

    /** One bit anywhere: refused, and nothing of the model is there. */
    @Test
    void everyChangeIsRefused() throws IOException {
        signAndEncrypt(HashPlan.SHA_256);
        byte[] good = Files.readAllBytes(encrypted);
        var random = new SplittableRandom(SEED);
        for (int flip = 0; flip < FLIPS; flip++) {
            byte[] bad = good.clone();
            int bit = random.nextInt(bad.length * Byte.SIZE);
            bad[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(encrypted, bad);
            assertThatExceptionOfType(AgeException.class).as("bit %d, seed %d", bit, SEED).isThrownBy(() -> open(identity).close());
        }
    }

    @Test
    void cutOffFilesAreRefused() throws IOException {
        signAndEncrypt(HashPlan.SHA_256);
        byte[] good = Files.readAllBytes(encrypted);
        var random = new SplittableRandom(SEED);
        for (int i = 0; i < 100; i++) {
            Files.write(encrypted, Arrays.copyOf(good, random.nextInt(good.length)));
            assertThatExceptionOfType(AgeException.class).isThrownBy(() -> open(identity).close());
        }
    }

    /** age proves nothing about who wrote a file. */
    @Test
    void whatIsEncryptedBySomebodyElseIsNotSigned() throws IOException {
        signAndEncrypt(HashPlan.SHA_256);
        Files.writeString(plain, "another model");
        Files.delete(encrypted);
        AgeFiles.encrypt(plain, encrypted, List.of(identity.recipient()), done -> { });
        assertThatThrownBy(() -> open(identity).close()).isInstanceOf(ModelSignatureException.class).hasMessageContaining("is not the file that was signed");
    }

    @Test
    void nobodyElseCanOpenIt() throws IOException {
        signAndEncrypt(HashPlan.SHA_256);
        try (var other = X25519Identity.generate()) {
            for (X25519Identity[] identities : new X25519Identity[][] {{other}, {}}) {
                assertThatExceptionOfType(AgeException.class).isThrownBy(() -> open(identities).close())
                        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.NO_MATCH));
            }
        }
    }

    @Test
    void encryptedWeightsDoNotStayInTheirFile() throws IOException {
        signAndEncrypt(HashPlan.SHA_256);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> CheckpointLoader.open(encrypted, TrustPolicy.of(KEYS.getPublic()), Residency.MAPPED, List.of(identity)).close())
                .withMessageContaining("use the residency RESIDENT");
    }
}
