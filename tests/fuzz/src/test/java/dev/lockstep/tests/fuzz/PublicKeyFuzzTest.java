package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import java.util.Set;

/** Any bytes as the file of a public key. */
class PublicKeyFuzzTest {
    @FuzzTest
    void readsOrRefuses(byte[] pem) throws Exception {
        check(pem);
    }

    /** True if the file holds a usable key. */
    static boolean check(byte[] pem) throws Exception {
        return Parsing.accepts(pem.length, Set.of(KeyFileException.class),
                () -> assertThat(SigningAlgorithm.of(SigningKeys.parsePublicKey(pem, "fuzz.pem"))).isNotNull());
    }
}
