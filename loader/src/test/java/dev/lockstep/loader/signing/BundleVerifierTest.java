package dev.lockstep.loader.signing;

import static dev.lockstep.loader.signing.BundleAssertions.PUBLIC;
import static dev.lockstep.loader.signing.BundleAssertions.accepts;
import static dev.lockstep.loader.signing.BundleAssertions.good;
import static dev.lockstep.loader.signing.BundleAssertions.refuses;
import static dev.lockstep.loader.signing.TestBundle.base64;
import static dev.lockstep.loader.signing.TestBundle.bytes;
import static dev.lockstep.loader.signing.TestBundle.envelope;
import static dev.lockstep.loader.signing.TestBundle.publicKey;
import static dev.lockstep.loader.signing.TestBundle.signature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Who signed, and the file around it. Every refusal is of a bundle that is right in all but one thing. */
class BundleVerifierTest {
    private static byte[] afterSigning(Consumer<ObjectNode> change) {
        ObjectNode bundle = good().sign();
        change.accept(bundle);
        return bytes(bundle);
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void aGoodBundleVerifiesOnEveryCurve(EcCurve curve) {
        var keys = SigningKeys.generate(curve);
        var publicKey = (ECPublicKey) keys.getPublic();
        var manifest = BundleVerifier.verify(new TestBundle(keys).signedBytes(), "b", TrustedSigners.of(publicKey));
        assertThat(manifest.names()).containsExactly("a", "b");
        assertThat(manifest.digestsOf("a").orElseThrow().digests()).containsExactly(Sha256.of(new byte[] {'a'}));
        assertThat(manifest.digestsOf("c")).isEmpty();
        assertThat(manifest.signer().key()).isEqualTo(KeyId.of(publicKey));
        assertThat(manifest.subjectName()).isEqualTo("model");
        assertThat(manifest.rootDigest()).hasSize(64);
        assertThat(manifest.ignorePaths()).isEmpty();
    }

    // ---- the file around the signature

    @Test
    void whatRealBundlesAddIsAccepted() {
        accepts(afterSigning(b -> ((ObjectNode) b.get("verificationMaterial")).putArray("tlogEntries")));
        accepts(afterSigning(b -> ((ObjectNode) b.get("verificationMaterial")).putObject("timestampVerificationData")));
        accepts(afterSigning(b -> publicKey(b).put("keyDetails", "PKIX_ECDSA_P256_SHA_256")));
        accepts(afterSigning(b -> signature(b).putNull("keyid")));
        accepts(afterSigning(b -> signature(b).put("keyid", "")));
        accepts(afterSigning(b -> signature(b).put("keyid", "anything: it is not signed and not used")));
    }

    @Test
    void textThatTwoParsersCouldReadInTwoWaysIsRefused() {
        String good = good().sign().toString();
        String twice = good.replace("\"payloadType\":", "\"payloadType\":\"text/plain\",\"payloadType\":");
        refuses(twice.getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "uplicate");
        refuses((good + " {}").getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "JSON");
        refuses((good + "x").getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "JSON");
        refuses(("/**/" + good).getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "JSON");
        refuses(good.replace('"', '\'').getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "JSON");
        refuses(good.getBytes(StandardCharsets.UTF_16LE), Reason.BUNDLE_MALFORMED, "");
        refuses(("\uFEFF" + good).getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "JSON");
        refuses(good.replace("mediaType", "m\u00E9dia").getBytes(StandardCharsets.ISO_8859_1),
                Reason.BUNDLE_MALFORMED, "UTF-8");
        accepts((good + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void emptyOversizedAndDeepTextIsRefusedBeforeItCostsMuch() {
        refuses(new byte[0], Reason.BUNDLE_MALFORMED, "empty");
        refuses(new byte[] {' ', '\n'}, Reason.BUNDLE_MALFORMED, "");
        refuses(new byte[SignatureBundle.MAX_BYTES + 1], Reason.BUNDLE_MALFORMED, "larger than");
        byte[] deep = "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
        refuses(deep, Reason.BUNDLE_MALFORMED, "depth");
        byte[] many = ("[" + "0,".repeat(5_000_000) + "0]").getBytes(StandardCharsets.UTF_8);
        refuses(many, Reason.BUNDLE_MALFORMED, "oken count");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "1", "\"text\"", "{}"})
    void aTextThatIsNoBundleIsRefused(String text) {
        refuses(text.getBytes(StandardCharsets.UTF_8), Reason.BUNDLE_MALFORMED, "");
    }

    @Test
    void anotherMediaTypeIsRefused() {
        refuses(afterSigning(b -> b.put("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.1")),
                Reason.BUNDLE_MALFORMED, "media type");
        refuses(afterSigning(b -> b.remove("mediaType")), Reason.BUNDLE_MALFORMED, "mediaType");
    }

    @Test
    void unknownMembersAreRefusedWhereTheSchemaIsClosed() {
        refuses(afterSigning(b -> b.put("more", 1)), Reason.BUNDLE_MALFORMED, "unknown member \"more\"");
        refuses(afterSigning(b -> envelope(b).put("more", 1)), Reason.BUNDLE_MALFORMED, "dsseEnvelope has an unknown");
        refuses(afterSigning(b -> signature(b).put("more", 1)),
                Reason.BUNDLE_MALFORMED, "signatures[0] has an unknown");
        refuses(afterSigning(b -> ((ObjectNode) b.get("verificationMaterial")).put("more", 1)),
                Reason.BUNDLE_MALFORMED, "verificationMaterial has an unknown");
    }

    @Test
    void aKeyAndAnIdentityAtOnceAreRefused() {
        refuses(afterSigning(b -> ((ObjectNode) b.get("verificationMaterial")).putObject("certificate")),
                Reason.BUNDLE_MALFORMED, "can be verified in several ways");
    }

    @Test
    void noneOrTwoSignaturesAreRefusedEvenIfEveryOneIsGood() {
        refuses(afterSigning(b -> envelope(b).withArray("signatures").add(signature(b).deepCopy())),
                Reason.BUNDLE_MALFORMED, "2 signatures");
        refuses(afterSigning(b -> envelope(b).withArray("signatures").removeAll()),
                Reason.BUNDLE_MALFORMED, "0 signatures");
    }

    @Test
    void base64HasOneFormOnly() {
        // Padded to a length that ends in "=", then spoiled in the ways decoders forgive.
        TestBundle bundle = good();
        while (!envelope(bundle.sign()).get("payload").stringValue().endsWith("=")) {
            bundle.with(s -> ((ObjectNode) s.get("subject").get(0)).put("name",
                    s.get("subject").get(0).get("name").stringValue() + "x"));
        }
        ObjectNode signed = bundle.sign();
        String payload = envelope(signed).get("payload").stringValue();
        int last = payload.indexOf('=') - 1;
        String strayBits = payload.substring(0, last) + (char) (payload.charAt(last) + 1) + payload.substring(last + 1);
        assertThat(Base64.getDecoder().decode(strayBits)).isEqualTo(Base64.getDecoder().decode(payload));

        for (String spoiled : new String[] {strayBits, payload.replace("=", ""), payload + "\n",
                payload.substring(0, 4) + "\r\n" + payload.substring(4), payload + "=", " " + payload}) {
            envelope(signed).put("payload", spoiled);
            refuses(bytes(signed), Reason.BUNDLE_MALFORMED, "base64");
        }
        envelope(signed).put("payload", payload);
        accepts(bytes(signed));
    }

    // ---- who signed

    @Test
    void aKeyThatIsNotTrustedIsRefusedByItsId() {
        var stranger = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        refuses(good().signedBytes(), TrustedSigners.of(stranger), Reason.UNTRUSTED_KEY, KeyId.of(PUBLIC).hex());
        refuses(good().signedBytes(), TrustedSigners.NONE, Reason.UNTRUSTED_KEY, "no key is trusted");
    }

    @Test
    void aTrustedIdDoesNotLendItselfToAnotherKey() {
        var stranger = SigningKeys.generate(EcCurve.P256);
        ObjectNode bundle = new TestBundle(stranger).sign();
        publicKey(bundle).put("hint", KeyId.of(PUBLIC).hex());
        refuses(bytes(bundle), Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void aKeyOfAnotherCurveIsRefused() {
        var other = (ECPublicKey) SigningKeys.generate(EcCurve.P384).getPublic();
        ObjectNode bundle = good().sign();
        publicKey(bundle).put("hint", KeyId.of(other).hex());
        refuses(bytes(bundle), TrustedSigners.of(other), Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void aBundleThatNamesNoKeyIsTriedWithEveryTrustedOne() {
        var other = (ECPublicKey) SigningKeys.generate(EcCurve.P521).getPublic();
        byte[] bundle = afterSigning(b -> publicKey(b).remove("hint"));
        assertThat(BundleVerifier.verify(bundle, "b", TrustedSigners.of(other, PUBLIC)).signer().key())
                .isEqualTo(KeyId.of(PUBLIC));
        refuses(bundle, TrustedSigners.of(other), Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void theKeyInsideAnOldBundleCountsOnlyIfItIsTrusted() {
        byte[] pem = afterSigning(b -> publicKey(b).put("rawBytes", base64(KeyId.pem(PUBLIC))).remove("hint"));
        byte[] der = afterSigning(b -> publicKey(b).put("rawBytes", base64(PUBLIC.getEncoded())).remove("hint"));
        accepts(pem);
        accepts(der);
        var stranger = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        refuses(pem, TrustedSigners.of(stranger), Reason.UNTRUSTED_KEY, "the key it contains");
    }

    @Test
    void idAndContainedKeyMustAgree() {
        var other = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        refuses(afterSigning(b -> publicKey(b).put("rawBytes", base64(KeyId.pem(other)))),
                TrustedSigners.of(PUBLIC, other), Reason.UNTRUSTED_KEY, KeyId.of(PUBLIC).hex());
    }

    // ---- the signature

    @Test
    void oneFlippedBitInThePayloadIsRefused() {
        refuses(afterSigning(b -> {
            byte[] payload = Base64.getDecoder().decode(envelope(b).get("payload").stringValue());
            payload[payload.length / 2] ^= 1;
            envelope(b).put("payload", base64(payload));
        }), Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void oneFlippedBitInTheSignatureIsRefused() {
        refuses(afterSigning(b -> {
            byte[] der = Base64.getDecoder().decode(signature(b).get("sig").stringValue());
            der[der.length - 1] ^= 1;
            signature(b).put("sig", base64(der));
        }), Reason.SIGNATURE_INVALID, "does not verify");
    }

    @Test
    void aPayloadTypeChangedAfterSigningBreaksTheSignature() {
        refuses(afterSigning(b -> envelope(b).put("payloadType", "text/plain")),
                Reason.SIGNATURE_INVALID, "does not verify");
    }

    /** The text of release 0.2 counts only for its own statements, and only where it is asked for. */
    @Test
    void aStatementOfTodayIsNotVerifiedInTheOldWay() throws GeneralSecurityException {
        ObjectNode bundle = good().sign();
        byte[] payload = Base64.getDecoder().decode(envelope(bundle).get("payload").stringValue());
        var signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(BundleAssertions.KEYS.getPrivate());
        signer.update(LegacyFormat.signedText(Dsse.IN_TOTO, payload));
        signature(bundle).put("sig", Base64.getEncoder().encodeToString(signer.sign()));
        refuses(bytes(bundle), Reason.SIGNATURE_INVALID, "does not verify");
        var refusal = catchThrowableOfType(ModelSignatureException.class,
                () -> BundleVerifier.verify(bytes(bundle), "b", BundleAssertions.TRUSTED, true));
        assertThat(refusal.reason()).isEqualTo(Reason.STATEMENT_INVALID);
        assertThat(refusal).hasMessageContaining("no statement of that release");
    }

    @Test
    void theOldTextIsWhatPythonPrints() {
        byte[] payload = "{\"a\": '\\\n\t\r\u00e9\u0001}".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(LegacyFormat.signedText("x/y", payload), StandardCharsets.US_ASCII))
                .isEqualTo("DSSEV1 3 x/y 15 b'{\"a\": \\'\\\\\\n\\t\\r\\xc3\\xa9\\x01}'");
    }
}
