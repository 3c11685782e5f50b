package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.SigningKeys;
import java.util.Set;

/**
 * Any bytes as the file of a private key. There is no passphrase, so an encrypted key is parsed and then refused: what a file
 * may ask of PBKDF2 is bounded by a documented number of iterations, which takes longer than a fuzzer should wait.
 */
class PrivateKeyFuzzTest {
    @FuzzTest
    void readsOrRefuses(byte[] pem) throws Exception {
        check(pem);
    }

    /** True if the file holds a usable key. */
    static boolean check(byte[] pem) throws Exception {
        return Parsing.accepts(pem.length, Set.of(KeyFileException.class), () -> {
            var keys = SigningKeys.parseKeyPair(pem, "fuzz.pem", null);
            assertThat(SigningKeys.publicKeyOf(keys.getPrivate())).isEqualTo(keys.getPublic());
        });
    }
}
