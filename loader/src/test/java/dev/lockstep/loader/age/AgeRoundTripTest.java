package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.loader.age.AgeException.Reason;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeRoundTripTest {
    private static final long SEED = 0x5EED;
    /** Fast, because nobody attacks it here. */
    private static final int LITTLE_WORK = 4;

    private static byte[] plaintext(int bytes) {
        byte[] plaintext = new byte[bytes];
        new SplittableRandom(SEED).nextBytes(plaintext);
        return plaintext;
    }

    private static byte[] encrypt(byte[] plaintext, AgeRecipient... recipients) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = AgeWriter.create(out, List.of(recipients))) {
            int half = plaintext.length / 2;
            writer.write(plaintext, 0, half);
            writer.write(plaintext, half, plaintext.length - half);
            writer.finish();
        }
        return out.toByteArray();
    }

    /** From the last chunk to the first: any can be sought. */
    private static byte[] decrypt(byte[] file, AgeIdentity... identities) throws IOException {
        try (var reader = AgeReader.open(new BytesSource("file", file), List.of(identities)); var memory = SecureArena.open("plaintext")) {
            MemorySegment plaintext = memory.allocate(reader.byteSize());
            var chunks = reader.newChunks();
            for (long number = reader.chunks() - 1; number >= 0; number--) {
                chunks.decrypt(number, plaintext, number * AgeReader.CHUNK_BYTES);
            }
            return plaintext.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, AgeReader.CHUNK_BYTES - 1, AgeReader.CHUNK_BYTES, AgeReader.CHUNK_BYTES + 1, 3 * AgeReader.CHUNK_BYTES})
    void whatIsEncryptedIsDecrypted(int bytes) throws IOException {
        byte[] plaintext = plaintext(bytes);
        try (var classical = X25519Identity.generate(); var hybrid = HybridIdentity.generate();
                var passphrase = PassphraseIdentity.of("correct horse".toCharArray(), LITTLE_WORK)) {
            assertThat(decrypt(encrypt(plaintext, classical.recipient()), classical)).isEqualTo(plaintext);
            assertThat(decrypt(encrypt(plaintext, hybrid.recipient()), classical, hybrid)).isEqualTo(plaintext);
            assertThat(decrypt(encrypt(plaintext, passphrase.recipient()), passphrase)).isEqualTo(plaintext);
        }
    }

    @Test
    void everyRecipientCanDecryptAndNobodyElse() throws IOException {
        try (var one = X25519Identity.generate(); var two = X25519Identity.generate(); var other = X25519Identity.generate()) {
            byte[] file = encrypt(plaintext(100), one.recipient(), two.recipient());
            assertThat(decrypt(file, one)).isEqualTo(decrypt(file, two));
            refused(file, Reason.NO_MATCH, other);
        }
    }

    private static String text(byte[] ascii) {
        return new String(ascii, StandardCharsets.US_ASCII);
    }

    @Test
    void keysHaveOneText() {
        try (var classical = X25519Identity.generate(); var hybrid = HybridIdentity.generate()) {
            assertThat(AgeKeys.recipient(classical.recipient().toString()).orElseThrow()).hasToString(classical.recipient().toString());
            assertThat(AgeKeys.recipient(hybrid.recipient().toString()).orElseThrow()).hasToString(hybrid.recipient().toString());
            String secret = text(classical.toText());
            assertThat(((X25519Identity) AgeKeys.identity(secret).orElseThrow()).recipient()).hasToString(classical.recipient().toString());
            assertThat(((HybridIdentity) AgeKeys.identity(hybrid.toText()).orElseThrow()).recipient()).hasToString(hybrid.recipient().toString());
            assertThat(AgeKeys.recipient(secret)).isEmpty();
            assertThat(AgeKeys.identity(classical.recipient().toString())).isEmpty();
            assertThat(AgeKeys.identity(secret.replace(secret.charAt(20), secret.charAt(20) == 'Q' ? 'P' : 'Q'))).isEmpty();
            assertThat(classical.toString()).doesNotContain(secret);
        }
    }

    /** The case counts, and letters that only look like others, or become them in the other case, do not. */
    @Test
    void textsOfTwoCasesAndForeignLettersAreNone() {
        try (var identity = X25519Identity.generate()) {
            String secret = text(identity.toText());
            assertThat(AgeKeys.identity(secret.toLowerCase(Locale.ROOT))).isPresent();
            assertThat(AgeKeys.identity(secret.substring(0, 20) + secret.substring(20).toLowerCase(Locale.ROOT))).isEmpty();
            assertThat(AgeKeys.identity(secret.replace('K', '\u212A'))).isEmpty();
            assertThat(AgeKeys.recipient(identity.recipient().toString().toUpperCase(Locale.ROOT))).isEmpty();
            for (String nonsense : List.of("", "A", "AGE-SECRET-KEY-1", "age1", secret + "Q", secret.substring(1), secret.substring(0, 30))) {
                assertThat(AgeKeys.identity(nonsense)).as(nonsense).isEmpty();
                assertThat(AgeKeys.recipient(nonsense)).as(nonsense).isEmpty();
            }
        }
    }

    @Test
    void whatCannotBeMixedIsNotWritten() {
        try (var classical = X25519Identity.generate(); var hybrid = HybridIdentity.generate();
                var passphrase = PassphraseIdentity.of("x".toCharArray(), LITTLE_WORK)) {
            assertThatIllegalArgumentException().isThrownBy(() -> encrypt(plaintext(1), classical.recipient(), hybrid.recipient()));
            assertThatIllegalArgumentException().isThrownBy(() -> encrypt(plaintext(1), classical.recipient(), passphrase.recipient()));
            assertThatIllegalArgumentException().isThrownBy(() -> encrypt(plaintext(1), passphrase.recipient(), passphrase.recipient()));
            assertThatIllegalArgumentException().isThrownBy(() -> encrypt(plaintext(1)));
        }
    }

    @Test
    void aFileThatWasNotFinishedIsRefused() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var identity = X25519Identity.generate(); var writer = AgeWriter.create(out, List.of(identity.recipient()))) {
            writer.write(plaintext(200_000), 0, 200_000);
            refused(out.toByteArray(), Reason.PAYLOAD, identity);
        }
    }

    /** Every bit of a small file: refused, and where it is refused nothing was given out. */
    @Test
    void everyFlippedBitIsNoticed() throws IOException {
        try (var identity = X25519Identity.generate()) {
            byte[] file = encrypt(plaintext(10), identity.recipient());
            for (int bit = 0; bit < file.length * Byte.SIZE; bit++) {
                byte[] spoiled = file.clone();
                spoiled[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                int flipped = bit;
                assertThatExceptionOfType(AgeException.class).as("bit %d", flipped).isThrownBy(() -> decrypt(spoiled, identity));
            }
        }
    }

    /** Letters of two and three bytes need more room than an encoder expects. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "größe größe größe", "鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵", "🔑🔑🔑🔑🔑"})
    void passphrasesAreUtf8(String passphrase) throws IOException {
        try (var writer = PassphraseIdentity.of(passphrase.toCharArray(), LITTLE_WORK); var reader = PassphraseIdentity.of(passphrase.toCharArray());
                var other = PassphraseIdentity.of((passphrase + '?').toCharArray())) {
            byte[] file = encrypt(plaintext(10), writer.recipient());
            assertThat(decrypt(file, reader)).isEqualTo(plaintext(10));
            refused(file, Reason.NO_MATCH, other);
        }
    }

    /** The launcher's heap, of which one survivor space does not count: what is written with a passphrase must be read with it. */
    @Test
    void theUsualWorkFitsTheHeapOfTheCommandLine() {
        long launchersHeap = 495L << 20;
        assertThat(PassphraseIdentity.fits(PassphraseIdentity.WORK_FACTOR, launchersHeap)).isTrue();
        assertThat(PassphraseIdentity.fits(PassphraseIdentity.MAX_WORK_FACTOR, launchersHeap)).isFalse();
    }

    @Test
    void aClosedReaderDecryptsNothing() throws IOException {
        try (var identity = X25519Identity.generate(); var memory = SecureArena.open("chunk")) {
            byte[] file = encrypt(plaintext(10), identity.recipient());
            var reader = AgeReader.open(new BytesSource("file", file), List.of(identity));
            reader.close();
            assertThatExceptionOfType(AgeException.class).isThrownBy(() -> reader.newChunks().decrypt(0, memory.allocate(100), 0));
        }
    }

    private static void refused(byte[] file, Reason reason, AgeIdentity identity) {
        assertThatExceptionOfType(AgeException.class).isThrownBy(() -> decrypt(file, identity))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }
}
