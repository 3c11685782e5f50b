package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;

/** A key, a good bundle of it, and what verification says about bundles. */
final class BundleAssertions {
    static final KeyPair KEYS = SigningKeys.generate(EcCurve.P256);
    static final ECPublicKey PUBLIC = (ECPublicKey) KEYS.getPublic();
    static final TrustedSigners TRUSTED = TrustedSigners.of(PUBLIC);

    private BundleAssertions() {
    }

    static TestBundle good() {
        return new TestBundle(KEYS);
    }

    static void accepts(byte[] bundle) {
        assertThat(BundleVerifier.verify(bundle, "model.sig", TRUSTED).names()).isNotEmpty();
    }

    static void refuses(byte[] bundle, Reason reason, String inMessage) {
        refuses(bundle, TRUSTED, reason, inMessage);
    }

    static void refuses(byte[] bundle, TrustedSigners trusted, Reason reason, String inMessage) {
        var refusal = catchThrowableOfType(ModelSignatureException.class,
                () -> BundleVerifier.verify(bundle, "model.sig", trusted));
        assertThat(refusal).as("refused because of %s", inMessage).isNotNull();
        assertThat(refusal).hasMessageStartingWith("model.sig: ").hasMessageContaining(inMessage);
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.file()).isEqualTo("model.sig");
    }
}
