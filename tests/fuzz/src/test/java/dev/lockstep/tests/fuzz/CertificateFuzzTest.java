package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.loader.signing.BundleVerifier;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.Signer;
import java.util.Set;

/** Any bytes as the certificate of a signer. Without the authority's private key, only the one that it issued can be trusted. */
class CertificateFuzzTest {
    @FuzzTest
    void trustsOrRefuses(byte[] der) throws Exception {
        check(der);
    }

    /** True if a signature with this certificate verifies. */
    static boolean check(byte[] der) throws Exception {
        byte[] bundle = TestKey.bundleOf(Statements.SINGLE_FILE, der);
        return Parsing.accepts(der.length, Set.of(ModelSignatureException.class), () -> {
            var manifest = BundleVerifier.verify(bundle, "fuzz.sig", TestKey.TRUSTED_AUTHORITY);
            assertThat(((Signer.Certificate) manifest.signer()).subject()).isEqualTo("CN=lockstep fuzz test signer");
        });
    }
}
