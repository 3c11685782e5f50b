package dev.lockstep.loader.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.TrustFileException;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TrustDocumentTest {
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
        ModelRule rule = policy.ruleFor("llama").orElseThrow();
        assertThat(rule.threshold()).isEqualTo(2);
        assertThat(rule.postQuantumRequired()).isTrue();
        assertThat(rule.minVersion()).hasValue(3);
        assertThat(rule.digests()).containsExactly(PolicyText.ROOT_DIGEST);
        assertThat(policy.ruleFor("other")).isEmpty();
    }

    @Test
    void theRuleOfAModelComesBeforeTheRuleForAny() {
        TrustDocument policy = new PolicyText().root(root -> {
            ObjectNode any = root.withArray("models").insertObject(0).put("name", "*");
            any.putArray("signers").addObject().put("type", "key").put("keyId", PolicyText.CAROL);
        }).parse();
        assertThat(policy.ruleFor("llama").orElseThrow().signers()).hasSize(2);
        assertThat(policy.ruleFor("other").orElseThrow().signers()).hasSize(1);
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
        refused(model(model -> model.put("postQuantum", "required")), "not every signer has a \"postQuantum\" key");
        refused(signer(signer -> signer.put("keyId", PolicyText.BOB)), "names a signer twice");
        refused(signer(signer -> signer.putObject("postQuantum").put("keyId", PolicyText.BOB)), "names a signer twice");
        refused(model(model -> model.putArray("signers")), "names only 0");
        refused(root(root -> root.putArray("models")), "names no models");
        refused(root(root -> root.withArray("models").add(root.get("models").get(0).deepCopy())), "two rules for the model \"llama\"");
        refused(model(model -> model.putArray("digests")), "empty list of digests");
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
