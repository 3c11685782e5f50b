package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedRoot;
import java.util.Set;

/** Any bytes as the file of a trusted root. */
class TrustedRootFuzzTest {
    @FuzzTest
    void readsOrRefuses(byte[] json) throws Exception {
        check(json);
    }

    /** True if the file is a trusted root. */
    static boolean check(byte[] json) throws Exception {
        return Parsing.accepts(json.length, Set.of(TrustFileException.class),
                () -> assertThat(TrustedRoot.parse(json, "fuzz.json")).isNotNull());
    }
}
