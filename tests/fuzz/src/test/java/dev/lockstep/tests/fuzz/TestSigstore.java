package dev.lockstep.tests.fuzz;

import dev.lockstep.loader.signing.TrustedIdentities;
import dev.lockstep.loader.signing.TrustedRoot;
import dev.lockstep.loader.signing.TrustedSigners;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The sigstore that the corpus has one bundle of. Its keys were thrown away, so there can be no other. */
final class TestSigstore {
    private static final JsonMapper JSON = new JsonMapper();

    private TestSigstore() {
    }

    static byte[] trustedRoot() {
        return seed("TrustedRootFuzzTestInputs/readsOrRefuses/trusted-root.json");
    }

    /** The bundle, with a log entry and a timestamp. */
    static byte[] bundle() {
        return seed("SigstoreFuzzTestInputs/verifiesOrRefuses/all-evidence.json");
    }

    /** Trusts the signer of the bundle. */
    static TrustedSigners trusted() {
        return TrustedSigners.of(TrustedIdentities.of("signer@example.com", "https://idp.example.com",
                TrustedRoot.parse(trustedRoot(), "trusted-root.json")));
    }

    /** The bundle's timestamp. */
    static byte[] timestamp() {
        return Base64.getDecoder().decode(timestamp((ObjectNode) JSON.readTree(bundle())).get("signedTimestamp").stringValue());
    }

    /** The bundle with any bytes as its timestamp. */
    static byte[] bundleWith(byte[] timestamp) {
        var bundle = (ObjectNode) JSON.readTree(bundle());
        timestamp(bundle).put("signedTimestamp", Base64.getEncoder().encodeToString(timestamp));
        return JSON.writeValueAsBytes(bundle);
    }

    private static ObjectNode timestamp(ObjectNode bundle) {
        return (ObjectNode) bundle.get("verificationMaterial").get("timestampVerificationData").get("rfc3161Timestamps").get(0);
    }

    private static byte[] seed(String name) {
        try (var in = TestSigstore.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
