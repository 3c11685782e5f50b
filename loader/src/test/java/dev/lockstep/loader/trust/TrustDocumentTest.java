package dev.lockstep.loader.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedRoot;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TrustDocumentTest {
    private static final Function<PublicKey, String> PEM = key -> "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded()) + "\n-----END PUBLIC KEY-----\n";

    @Test
    void readsEverythingThatAPolicyCanSay() {
        var text = new PolicyText()
                .root(root -> {
                    root.put("notAfter", "2027-01-01T00:00:00Z").put("comment", "for the office");
                    ObjectNode revoked = root.putObject("revoked");
                    revoked.putArray("keys").add(PolicyText.CAROL);
                    revoked.putArray("digests").add("9".repeat(64));
                    revoked.putArray("certificates").addObject().put("issuer", "CN=ca,O=Example").put("serial", "0aFF");
                })
                .model(model -> {
                    model.put("threshold", 2).put("postQuantum", "required").put("minVersion", 3).put("notAfter", "2026-12-31T00:00:00Z");
                    model.putArray("digests").add(PolicyText.ROOT_DIGEST);
                })
                .signer(0, signer -> signer.putObject("postQuantum").put("keyId", "d".repeat(64)))
                .signer(1, signer -> signer.putObject("postQuantum").put("keyId", "e".repeat(64)));

        TrustDocument policy = text.parse();

        assertThat(policy.name()).isEqualTo("office");
        assertThat(policy.version()).isEqualTo(7);
        assertThat(policy.notAfter()).hasValue(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(policy.revoked().keys()).containsExactly(new KeyId(PolicyText.CAROL));
        assertThat(policy.revoked().certificates()).hasSize(1).allSatisfy(revoked -> assertThat(revoked.serial().intValue()).isEqualTo(0xaff));
        ModelRule rule = policy.rulesFor(Set.of("llama")).getFirst();
        assertThat(rule.threshold()).isEqualTo(2);
        assertThat(rule.postQuantumRequired()).isTrue();
        assertThat(rule.minVersion()).hasValue(3);
        assertThat(rule.digests()).containsExactly(PolicyText.ROOT_DIGEST);
        assertThat(policy.rulesFor(Set.of("other"))).isEmpty();
        assertThat(policy.rulesFor(Set.of("other", "llama"))).containsExactly(rule);
    }

    @Test
    void theRuleOfAModelComesBeforeTheRuleForAny() {
        TrustDocument policy = new PolicyText().root(root -> {
            ObjectNode any = root.withArray("models").insertObject(0).put("name", "*");
            any.putArray("signers").addObject().put("type", "key").put("keyId", PolicyText.CAROL);
        }).parse();
        assertThat(policy.rulesFor(Set.of("llama", "other")).getFirst().signers()).hasSize(2);
        assertThat(policy.rulesFor(Set.of("other")).getFirst().signers()).hasSize(1);
    }

    @Test
    void whatItDoesNotKnowItRefuses() {
        refused(root(root -> root.put("modles", 1)), "unknown member \"modles\"");
        refused(model(model -> model.put("treshold", 2)), "models[0] has an unknown member \"treshold\"");
        refused(signer(signer -> signer.put("expires", "2026")), "signers[0] has an unknown member \"expires\"");
        refused(signer(signer -> signer.put("type", "gpg")), "neither \"key\" nor \"certificate\"");
        refused(signer(signer -> signer.putObject("postQuantum").put("keyId", PolicyText.CAROL).put("x", 1)), "unknown member \"x\"");
        refused(root(root -> root.putObject("revoked").put("subjects", 1)), "unknown member \"subjects\"");
        refused(model(model -> model.put("postQuantum", "please")), "neither \"required\" nor \"optional\"");
        refused(root(root -> root.put("format", "lockstep-trust-policy/v2")), "\"lockstep-trust-policy/v1\" is accepted");
    }

    @Test
    void whatContradictsItselfIsRefused() {
        refused(model(model -> model.put("threshold", 3)), "needs 3 signers, but names only 2");
        refused(model(model -> model.put("threshold", 0)), "must be a whole number from 1");
        refused(model(model -> model.put("threshold", 1.5)), "must be a whole number from 1");
        refused(new String(root(root -> root.put("version", 77777)), UTF_8).replace("77777", "1.0000000000000000000000000000001").getBytes(UTF_8),
                "must be a whole number from 1");
        refused(new String(root(root -> root.put("version", 77777)), UTF_8).replace("77777", "9007199254740993").getBytes(UTF_8),
                "must be a whole number from 1");
        refused(model(model -> model.put("postQuantum", "required")), "not every signer has a \"postQuantum\" key");
        refused(signer(signer -> signer.put("keyId", PolicyText.BOB)), "names a signer twice");
        refused(signer(signer -> signer.putObject("postQuantum").put("keyId", PolicyText.BOB)), "names a signer twice");
        refused(model(model -> model.putArray("signers")), "names only 0");
        refused(root(root -> root.putArray("models")), "names no models");
        refused(root(root -> root.withArray("models").add(root.get("models").get(0).deepCopy())), "two rules for the model \"llama\"");
        refused(model(model -> model.putArray("digests")), "empty list of digests");
    }

    /** Nobody can tell what somebody meant who wrote nothing. */
    @Test
    void nothingIsNoValue() {
        for (String member : List.of("notAfter", "postQuantum", "files", "memory")) {
            refused(model(model -> model.putNull(member)), "\"" + member + "\" is missing or empty");
            refused(model(model -> model.put(member, "")), "\"" + member + "\" is missing or empty");
        }
        refused(root(root -> root.putNull("notAfter")), "\"notAfter\" is missing or empty");
        refused(signer(signer -> signer.putNull("publicKey")), "\"publicKey\" is missing or empty");
    }

    @Test
    void aPostQuantumHalfIsOne() {
        var classical = SigningKeys.generate(SigningAlgorithm.P256).getPublic();
        var postQuantum = SigningKeys.generate(SigningAlgorithm.ML_DSA_65).getPublic();
        refused(signer(signer -> put(signer.putObject("postQuantum"), classical)), "postQuantum is no post-quantum key");
        refused(signer(signer -> put(put(signer, postQuantum).putObject("postQuantum"), SigningKeys.generate(SigningAlgorithm.ML_DSA_65).getPublic())),
                "post-quantum key in both places");
        new PolicyText().signer(0, signer -> put(put(signer, classical).putObject("postQuantum"), postQuantum)).parse();
    }

    /** Where the policy has the fingerprint only, the key that comes with the verifier is looked at. */
    @Test
    void aPostQuantumHalfFromElsewhereIsOneToo() {
        var classical = SigningKeys.generate(SigningAlgorithm.P256).getPublic();
        TrustDocument policy = new PolicyText()
                .signer(0, signer -> signer.putObject("postQuantum").put("keyId", KeyId.of(classical).hex())).parse();
        assertThatThrownBy(() -> PolicyVerifier.of(policy, List.of(classical), TrustedRoot.NONE, SeenVersions.NONE, InstantSource.system()))
                .isInstanceOf(TrustFileException.class).hasMessageContaining("post-quantum key is of the other kind");
    }

    private static ObjectNode put(ObjectNode signer, PublicKey key) {
        return signer.put("keyId", KeyId.of(key).hex()).put("publicKey", PEM.apply(key));
    }

    @Test
    void onePersonIsOneSigner() {
        refused(model(model -> {
            identity(model, "jane@example.com").putObject("postQuantum").put("keyId", PolicyText.CAROL);
            identity(model, "jane@example.com");
        }), "names a signer twice");
        var allowed = new PolicyText().model(model -> {
            identity(model, "jane@example.com");
            identity(model, "joe@example.com");
        });
        assertThat(allowed.parse().signers()).hasSize(4);
    }

    private static ObjectNode identity(ObjectNode model, String identity) {
        return model.withArray("signers").addObject().put("type", "sigstore").put("identity", identity).put("issuer", "https://idp.example.com");
    }

    /** Found by Jazzer on 2026-11-26. */
    @Test
    void anExponentOutOfAllBoundsIsRefused() {
        for (String number : List.of("0e5799717759342", "1e2147483647", "1e-2147483647", "1e2147483648", "-0e99999999999999999999")) {
            refused(new String(root(root -> root.put("version", 77777)), UTF_8).replace("77777", number).getBytes(UTF_8), "");
        }
    }

    @Test
    void whatIsMalformedIsRefused() {
        refused(signer(signer -> signer.put("keyId", "AB")), "64 lower-case hex digits");
        refused(signer(signer -> signer.put("publicKey", "no key")), "cannot be used");
        refused(model(model -> model.putArray("digests").add("12")), "lower-case hex digits");
        refused(model(model -> model.put("notAfter", "tomorrow")), "no time like");
        refused(root(root -> root.remove("version")), "\"version\" is missing");
        refused(root(root -> root.remove("name")), "\"name\" is missing");
        refused(root(root -> root.putObject("revoked").putArray("certificates").addObject().put("issuer", "nobody").put("serial", "1")),
                "no distinguished name");
        refused(root(root -> root.putObject("revoked").putArray("certificates").addObject().put("issuer", "CN=a").put("serial", "-1")),
                "hex digits");
        refused(signer(signer -> signer.put("type", "certificate").put("anchor", "none").remove("keyId")), "cannot be used");
        refused("{\"format\":1,\"format\":2}".getBytes(), "not well-formed JSON");
    }

    private static byte[] root(Consumer<ObjectNode> change) {
        return new PolicyText().root(change).bytes();
    }

    private static byte[] model(Consumer<ObjectNode> change) {
        return new PolicyText().model(change).bytes();
    }

    private static byte[] signer(Consumer<ObjectNode> change) {
        return new PolicyText().signer(0, change).bytes();
    }

    private static void refused(byte[] json, String inMessage) {
        assertThatThrownBy(() -> TrustDocument.parse(json, "trust.json")).isInstanceOf(TrustFileException.class)
                .hasMessageStartingWith("trust.json: ").hasMessageContaining(inMessage);
    }
}
