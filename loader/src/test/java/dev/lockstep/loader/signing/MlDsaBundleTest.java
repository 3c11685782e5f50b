package dev.lockstep.loader.signing;

import static dev.lockstep.loader.signing.TestBundle.base64;
import static dev.lockstep.loader.signing.TestBundle.bytes;
import static dev.lockstep.loader.signing.TestBundle.envelope;
import static dev.lockstep.loader.signing.TestBundle.publicKey;
import static dev.lockstep.loader.signing.TestBundle.signature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Bundles signed with ML-DSA-65. Every refusal is of a bundle that is right in all but one thing. */
class MlDsaBundleTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.ML_DSA_65);
    private static final KeyPair ELLIPTIC = SigningKeys.generate(SigningAlgorithm.P384);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(ELLIPTIC.getPublic(), KEYS.getPublic());

    private static void refuses(ObjectNode bundle, Reason reason, String inMessage) {
        BundleAssertions.refuses(bytes(bundle), TRUSTED, reason, inMessage);
    }

    private static byte[] signatureOf(ObjectNode bundle) {
        return Base64.getDecoder().decode(signature(bundle).get("sig").stringValue());
    }

    private static ObjectNode withSignature(UnaryOperator<byte[]> change) {
        ObjectNode bundle = new TestBundle(KEYS).sign();
        signature(bundle).put("sig", base64(change.apply(signatureOf(bundle))));
        return bundle;
    }

    @Test
    void aGoodBundleVerifiesByTheKeyItNames() {
        var manifest = BundleVerifier.verify(new TestBundle(KEYS).signedBytes(), "b", TRUSTED);
        assertThat(manifest.signer()).isEqualTo(new Signer.Key(KeyId.of(KEYS.getPublic())));
        assertThat(manifest.names()).containsExactly("a", "b");
    }

    @Test
    void aBundleThatNamesNoKeyIsTriedWithKeysOfBothKinds() {
        for (KeyPair keys : List.of(KEYS, ELLIPTIC)) {
            ObjectNode bundle = new TestBundle(keys).sign();
            publicKey(bundle).remove("hint");
            assertThat(BundleVerifier.verify(bytes(bundle), "b", TRUSTED).signer().key()).isEqualTo(KeyId.of(keys.getPublic()));
        }
    }

    @Test
    void aSignatureHasExactlyOneLength() {
        assertThat(signatureOf(new TestBundle(KEYS).sign())).hasSize(3309);
        refuses(withSignature(good -> Arrays.copyOf(good, good.length - 1)), Reason.SIGNATURE_INVALID, "does not verify");
        refuses(withSignature(good -> new byte[0]), Reason.BUNDLE_MALFORMED, "\"sig\" is missing or empty");
        assertThat(Dsse.verify(KEYS.getPublic(), new byte[1], new byte[0])).isFalse();
        refuses(withSignature(good -> Arrays.copyOf(good, good.length + 1)), Reason.BUNDLE_MALFORMED, "3310 bytes long");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 47, 48, 1000, 3247, 3248, 3308})
    void oneFlippedBitAnywhereIsRefused(int at) {
        refuses(withSignature(good -> {
            good[at] ^= 1;
            return good;
        }), Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void theSignatureOfAnotherPayloadIsRefused() {
        byte[] other = signatureOf(new TestBundle(KEYS).addResource("c", TestBundle.DIGEST_A).sign());
        refuses(withSignature(good -> other), Reason.SIGNATURE_INVALID, "does not verify");
        ObjectNode retyped = new TestBundle(KEYS).sign();
        envelope(retyped).put("payloadType", "text/plain");
        refuses(retyped, Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void aSignatureOfOneKindIsNeverTakenForOneOfTheOther() {
        for (KeyPair signer : List.of(KEYS, ELLIPTIC)) {
            KeyPair named = signer == KEYS ? ELLIPTIC : KEYS;
            ObjectNode bundle = new TestBundle(signer).sign();
            publicKey(bundle).put("hint", KeyId.of(named.getPublic()).hex());
            refuses(bundle, Reason.SIGNATURE_INVALID, "does not verify");
        }
    }

    /** The format of release 0.2 has a text and a hash of its own, and knew elliptic curves only. */
    @Test
    void aBadSignatureIsNotTriedInTheOldWay() {
        ObjectNode bundle = withSignature(good -> new byte[good.length]);
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> BundleVerifier.verify(bytes(bundle), "b", TRUSTED, true));
        assertThat(refusal.reason()).isEqualTo(Reason.SIGNATURE_INVALID);
    }

    @Test
    void aDifferentKeyOfTheSameKindIsRefused() {
        KeyPair stranger = SigningKeys.generate(SigningAlgorithm.ML_DSA_65);
        refuses(new TestBundle(stranger).sign(), Reason.UNTRUSTED_KEY, KeyId.of(KEYS.getPublic()).hex());
        ObjectNode bundle = new TestBundle(stranger).sign();
        publicKey(bundle).put("hint", KeyId.of(KEYS.getPublic()).hex());
        refuses(bundle, Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void aPrivateKeyOfTheOtherKindIsRefusedBeforeItSigns() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Dsse.sign(ELLIPTIC.getPrivate(), SigningAlgorithm.ML_DSA_65, new byte[1]))
                .withMessageContaining("does not suit ML-DSA-65");
    }
}
