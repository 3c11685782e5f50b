package dev.lockstep.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSigner;
import dev.lockstep.loader.signing.SigningIdentity;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Somebody rewrites, cuts, renames, replaces and links a model while it is opened, thousands of times. Each time either the signed
 * bytes are used or nothing is: never a mixture, never another exception than the documented ones.
 */
class RacingFileTest {
    private static final int LOADS = 3_000;
    /** Some hundred kilobytes: long enough to be hit in the middle. */
    private static final int NUMBERS = 40_000;

    private static final KeyPair KEYS = SigningKeys.generate(EcCurve.P256);

    @TempDir
    private Path folder;
    private Path model;
    private Path signature;
    private byte[] good;
    private byte[] evil;

    @BeforeEach
    void writeModels() throws IOException {
        model = folder.resolve("model.gguf");
        signature = folder.resolve("model.gguf.sig");
        evil = Files.readAllBytes(write(folder.resolve("evil.gguf"), 666));
        good = Files.readAllBytes(write(model, 1));
        assertThat(evil).hasSameSizeAs(good);
    }

    private static Path write(Path file, long marker) throws IOException {
        var metadata = new GgufMetadata().integers("numbers", IntegerType.INT64, LongStream.generate(() -> marker).limit(NUMBERS).toArray());
        try (var writer = GgufWriter.create(file, GgufWriter.Existing.REFUSE, metadata, List.of())) {
            writer.finish();
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource({"RESIDENT, 0", "RESIDENT, 100000", "MAPPED, 0", "MAPPED, 100000"})
    void eitherTheSignedBytesOrNothing(Residency residency, long shardBytes) throws Exception {
        var plan = new HashPlan(HashAlgorithm.SHA_256, shardBytes);
        ModelSigner.sign(model, SigningIdentity.of(KEYS), plan, signature, List.of());
        var stop = new AtomicBoolean();
        var failure = new AtomicReference<Throwable>();
        Thread attacker = Thread.ofPlatform().start(() -> attack(stop, failure));
        int used = 0;
        try {
            for (int load = 0; load < LOADS; load++) {
                used += isUsed(residency) ? 1 : 0;
            }
        } finally {
            stop.set(true);
            attacker.join();
        }
        assertThat(failure.get()).isNull();
        // If nothing or everything were used, nothing would have been tried.
        assertThat(used).isBetween(1, LOADS - 1);
    }

    /** True if the model was opened; it is then the signed one. */
    private boolean isUsed(Residency residency) {
        try (var checkpoint = CheckpointLoader.open(model, TrustPolicy.of(TrustedKeys.of(KEYS.getPublic())), residency)) {
            var numbers = ((Metadata.NumberListValue) checkpoint.metadata().get("numbers").orElseThrow()).value();
            assertThat(numbers.size()).isEqualTo(NUMBERS);
            assertThat(LongStream.range(0, NUMBERS).allMatch(i -> numbers.integerAt((int) i) == 1)).isTrue();
            return true;
        } catch (ModelSignatureException | IOException _) {
            return false;
        }
    }

    private void attack(AtomicBoolean stop, AtomicReference<Throwable> failure) {
        var random = new SplittableRandom(0xBAD);
        Path aside = folder.resolve("aside");
        try {
            while (!stop.get()) {
                switch (random.nextInt(6)) {
                    case 0 -> overwrite(evil, random.nextInt(evil.length));
                    case 1 -> cut(random.nextInt(good.length));
                    case 2 -> Files.move(model, aside, StandardCopyOption.ATOMIC_MOVE);
                    case 3 -> replace(aside, evil);
                    case 4 -> link(aside);
                    default -> overwrite(good, good.length);
                }
                Thread.sleep(random.nextInt(2));
                replace(aside, good);
                Thread.sleep(random.nextInt(2));
            }
        } catch (IOException | InterruptedException e) {
            failure.set(e);
        }
    }

    /** Writes the first bytes in place. */
    private void overwrite(byte[] content, int count) throws IOException {
        try (var channel = FileChannel.open(model, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content, 0, count), 0);
        }
    }

    private void cut(int size) throws IOException {
        try (var channel = FileChannel.open(model, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private void replace(Path aside, byte[] content) throws IOException {
        Files.deleteIfExists(aside);
        Files.write(aside, content);
        Files.move(aside, model, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A link to the very file that was signed. */
    private void link(Path aside) throws IOException {
        Files.deleteIfExists(aside);
        Files.createSymbolicLink(aside, Files.write(folder.resolve("linked"), good));
        Files.move(aside, model, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Without anybody in the way. */
    @Test
    void anUndisturbedModelIsUsed() {
        ModelSigner.sign(model, KEYS, signature, List.of());
        assertThat(isUsed(Residency.RESIDENT)).isTrue();
    }
}
