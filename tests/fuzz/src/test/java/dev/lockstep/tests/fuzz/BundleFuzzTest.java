package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.BundleVerifier;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.SignedManifest;
import java.util.Set;

/** Any bytes as a signature file. What verifies must say what was signed: nothing outside of the signature may change it. */
class BundleFuzzTest {
    /** The corpus holds signatures of this statement and no other; without the private key there can be no more. */
    private static final Set<String> SIGNED_NAMES = Set.of("config.json", "weights/model.gguf");

    @FuzzTest
    void verifiesOrRefuses(byte[] bundle) throws Exception {
        check(bundle);
    }

    /** True if the bundle verifies. */
    static boolean check(byte[] bundle) throws Exception {
        return Parsing.accepts(bundle.length, Set.of(ModelSignatureException.class), () -> {
            SignedManifest manifest = BundleVerifier.verify(bundle, "fuzz.sig", TestKey.TRUSTED);
            assertThat(manifest.names()).isEqualTo(SIGNED_NAMES);
        });
    }
}
