package dev.lockstep.loader.age;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.Test;

/** What {@link BorrowedKey} and {@link AgeCrypto#forget} rely on: the JDK overwrites the copies of keys that it asks for. */
class KeyCopiesTest {
    private static final byte[] SECRET = new byte[AgeCrypto.KEY_BYTES];

    static {
        for (int i = 0; i < SECRET.length; i++) {
            SECRET[i] = (byte) (i + 1);
        }
    }

    /** Remembers what it gave away. */
    private record WatchedKey(List<byte[]> copies, String getAlgorithm) implements SecretKey {
        private static final long serialVersionUID = 1L;

        WatchedKey(String algorithm) {
            this(new ArrayList<>(), algorithm);
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            copies.add(SECRET.clone());
            return copies.getLast();
        }

        void assertOverwritten() {
            assertThat(copies).isNotEmpty().allSatisfy(copy -> assertThat(copy).containsOnly(0));
        }
    }

    @Test
    void derivationOverwritesWhatItTakes() throws GeneralSecurityException {
        var key = new WatchedKey("Generic");
        var parameters = HKDFParameterSpec.ofExtract().addIKM(key).addSalt(new byte[16]).thenExpand(new byte[1], AgeCrypto.KEY_BYTES);
        assertThat(KDF.getInstance("HKDF-SHA256").deriveData(parameters)).isEqualTo(deriveAsAge());
        key.assertOverwritten();
    }

    private static byte[] deriveAsAge() {
        return AgeCrypto.derive(SECRET, new byte[16], "\0");
    }

    @Test
    void macsOverwriteWhatTheyTake() throws GeneralSecurityException {
        var key = new WatchedKey("HmacSHA256");
        Mac.getInstance("HmacSHA256").init(key);
        key.assertOverwritten();
    }

    @Test
    void ciphersOverwriteItWhenTheyAreToForget() throws GeneralSecurityException {
        var key = new WatchedKey("ChaCha20");
        Cipher cipher = AgeCrypto.newCipher();
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[12]));
        cipher.doFinal(new byte[100]);
        AgeCrypto.forget(cipher);
        key.assertOverwritten();
        AgeCrypto.forget(cipher);
    }

    @Test
    void whatIsBorrowedIsGoneWithItsOwner() {
        byte[] secret = SECRET.clone();
        var key = new BorrowedKey(secret, "Generic");
        assertThat(key.getEncoded()).isEqualTo(SECRET).isNotSameAs(secret);
        Arrays.fill(secret, (byte) 0);
        assertThat(key.getEncoded()).containsOnly(0);
        assertThat(key).hasToString("BorrowedKey[Generic]");
    }
}
