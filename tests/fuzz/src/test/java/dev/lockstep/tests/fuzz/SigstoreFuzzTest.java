package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.BundleVerifier;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.Signer;
import dev.lockstep.loader.signing.TrustedSigners;
import java.util.Set;

/** Any bytes as a keyless signature file. What verifies must say what was signed, and who did. */
class SigstoreFuzzTest {
    private static final TrustedSigners TRUSTED = TestSigstore.trusted();

    @FuzzTest
    void verifiesOrRefuses(byte[] bundle) throws Exception {
        check(bundle);
    }

    /** True if the bundle verifies. */
    static boolean check(byte[] bundle) throws Exception {
        return Parsing.accepts(bundle.length, Set.of(ModelSignatureException.class), () -> {
            var manifest = BundleVerifier.verify(bundle, "fuzz.sig", TRUSTED);
            assertThat(manifest.names()).containsExactly("a", "b");
            assertThat(((Signer.Identity) manifest.signer()).identity()).isEqualTo("signer@example.com");
        });
    }
}
