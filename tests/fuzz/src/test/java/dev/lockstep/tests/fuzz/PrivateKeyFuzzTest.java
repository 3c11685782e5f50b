package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.SigningKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.util.Set;

/**
 * Any bytes as the file of a private key. There is no passphrase, so an encrypted key is parsed and then refused: what a file
 * may ask of PBKDF2 is bounded by a documented number of iterations, which takes longer than a fuzzer should wait.
 */
class PrivateKeyFuzzTest {
    private static final Path FILE = Scratch.file("key.pem");

    @FuzzTest
    void readsOrRefuses(byte[] pem) throws Exception {
        check(pem);
    }

    /** True if the file holds a usable key. */
    static boolean check(byte[] pem) throws Exception {
        Files.write(FILE, pem);
        return Parsing.accepts(pem.length, Set.of(KeyFileException.class), () -> {
            var keys = SigningKeys.readKeyPair(FILE, null);
            assertThat(SigningKeys.publicKeyOf((ECPrivateKey) keys.getPrivate())).isEqualTo(keys.getPublic());
        });
    }
}
