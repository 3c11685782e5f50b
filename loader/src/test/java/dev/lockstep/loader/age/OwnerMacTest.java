package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OwnerMacTest {
    private static final byte[] SALT = bytes(OwnerMac.SALT_BYTES);
    /** More than scratch memory takes, and no multiple of it. */
    private static final byte[] TEXT = bytes(20_001);

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(count).nextBytes(bytes);
        return bytes;
    }

    private static PassphraseIdentity passphrase(String characters) {
        return PassphraseIdentity.of(characters.toCharArray(), 4);
    }

    private static byte[] mac(AgeIdentity identity, String purpose, byte[] salt, byte[] text) {
        try (var mac = identity.newMac(purpose, salt)) {
            mac.update(MemorySegment.ofArray(text));
            return mac.finish();
        }
    }

    @Test
    void theSameSecretMakesTheSameMac() {
        try (var x25519 = X25519Identity.generate(); var hybrid = HybridIdentity.generate(); var words = passphrase("words");
                var x25519Again = AgeKeys.identity(x25519.toText()).orElseThrow();
                var hybridAgain = AgeKeys.identity(hybrid.toText()).orElseThrow(); var wordsAgain = passphrase("words")) {
            assertThat(mac(x25519, "test", SALT, TEXT)).hasSize(OwnerMac.BYTES).isEqualTo(mac(x25519Again, "test", SALT, TEXT));
            assertThat(mac(hybrid, "test", SALT, TEXT)).isEqualTo(mac(hybridAgain, "test", SALT, TEXT));
            assertThat(mac(words, "test", SALT, TEXT)).isEqualTo(mac(wordsAgain, "test", SALT, TEXT));
        }
    }

    @Test
    void anotherSecretPurposeSaltOrTextMakesAnother() {
        byte[] salt = SALT.clone();
        salt[0] ^= 1;
        byte[] text = TEXT.clone();
        text[TEXT.length - 1] ^= 1;
        try (var identity = X25519Identity.generate(); var other = X25519Identity.generate(); var words = passphrase("words");
                var otherWords = passphrase("Words")) {
            assertThat(mac(identity, "test", SALT, TEXT)).isNotEqualTo(mac(other, "test", SALT, TEXT))
                    .isNotEqualTo(mac(identity, "toast", SALT, TEXT)).isNotEqualTo(mac(identity, "test", salt, TEXT))
                    .isNotEqualTo(mac(identity, "test", SALT, text));
            assertThat(mac(words, "test", SALT, TEXT)).isNotEqualTo(mac(otherWords, "test", SALT, TEXT))
                    .isNotEqualTo(mac(words, "test", salt, TEXT));
        }
    }

    @Test
    void theTextMayComeInPiecesFromSecureMemory() {
        try (var identity = X25519Identity.generate(); var memory = SecureArena.open("text"); var mac = identity.newMac("test", SALT)) {
            MemorySegment text = memory.allocate(TEXT.length).copyFrom(MemorySegment.ofArray(TEXT));
            mac.update(text.asSlice(0, 777));
            mac.update(text.asSlice(777, 0));
            mac.update(text.asSlice(777));
            assertThat(mac.finish()).isEqualTo(mac(identity, "test", SALT, TEXT));
        }
    }

    /** Its secret is zeros then, and everybody knows those. */
    @Test
    void aClosedIdentityMakesNone() {
        var identity = X25519Identity.generate();
        identity.close();
        assertThatIllegalStateException().isThrownBy(() -> identity.newMac("test", SALT));
    }

    @Test
    void aSaltHasItsSize() {
        try (var identity = X25519Identity.generate()) {
            assertThatIllegalArgumentException().isThrownBy(() -> identity.newMac("test", new byte[1])).withMessageContaining("salt.length=1");
        }
    }
}
