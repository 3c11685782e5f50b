package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.trust.TrustDocument;
import java.util.Set;

/** Any bytes as a trust policy. */
class TrustDocumentFuzzTest {
    @FuzzTest
    void readsOrRefuses(byte[] json) throws Exception {
        check(json);
    }

    /** True if the bytes are a policy. */
    static boolean check(byte[] json) throws Exception {
        return Parsing.accepts(json.length, Set.of(TrustFileException.class),
                () -> assertThat(TrustDocument.parse(json, "fuzz.json").models()).isNotEmpty());
    }
}
