package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Files of trusted roots: whoever believes one wants to know exactly what is in it. */
class TrustedRootTest {
    @TempDir
    private Path folder;

    private static void refuses(String inMessage, Consumer<ObjectNode> spoiler) {
        byte[] file = new TestSigstore().with(s -> s.trustedRoot = spoiler).rootFile();
        refuses(inMessage, file);
    }

    private static void refuses(String inMessage, byte[] file) {
        assertThatExceptionOfType(TrustFileException.class).isThrownBy(() -> TrustedRoot.parse(file, "root.json"))
                .withMessageStartingWith("root.json: ").withMessageContaining(inMessage);
    }

    private static ObjectNode first(ObjectNode root, String member) {
        return (ObjectNode) root.get(member).get(0);
    }

    private static ObjectNode log(ObjectNode root) {
        return first(root, "tlogs");
    }

    private static ObjectNode logKey(ObjectNode root) {
        return (ObjectNode) log(root).get("publicKey");
    }

    private static ObjectNode authority(ObjectNode root) {
        return first(root, "certificateAuthorities");
    }

    private static ArrayNode chain(ObjectNode root) {
        return (ArrayNode) authority(root).get("certChain").get("certificates");
    }

    @Test
    void aRootMayLieInTheConfigurationOfAClient() {
        var sigstore = new TestSigstore();
        String config = "{\"mediaType\":\"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json\",\"trustedRoot\":"
                + new String(sigstore.rootFile(), StandardCharsets.UTF_8) + ",\"signingConfig\":{\"anything\":[]}}";
        var root = TrustedRoot.parse(config.getBytes(StandardCharsets.UTF_8), "config.json");
        var trusted = TrustedSigners.of(TrustedIdentities.of(TestSigstore.IDENTITY, TestSigstore.ISSUER, root));
        assertThat(BundleVerifier.verify(sigstore.bundle(), "model.sig", trusted).names()).hasSize(2);
        refuses("unknown member \"more\"", config.replace("signingConfig", "more").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFileIsReadOrNamed() throws IOException {
        assertThat(TrustedRoot.read(Files.write(folder.resolve("root.json"), new TestSigstore().rootFile()))).isNotNull();
        assertThatExceptionOfType(TrustFileException.class).isThrownBy(() -> TrustedRoot.read(folder.resolve("none")))
                .withMessageContaining("none: does not exist");
        assertThatExceptionOfType(TrustFileException.class).isThrownBy(() -> TrustedRoot.read(folder)).withMessageContaining("cannot be read");
        refuses("is larger than", new byte[TrustedRoot.MAX_FILE_BYTES + 1]);
        refuses("is not well-formed JSON", "{".getBytes(StandardCharsets.UTF_8));
        refuses("is not UTF-8", new byte[] {'{', (byte) 0xFF, '}'});
    }

    @Test
    void anythingUnknownIsRefused() {
        refuses("media type \"other\"", root -> root.put("mediaType", "other"));
        refuses("unknown member \"more\"", root -> root.put("more", 1));
        refuses("tlogs[0] has an unknown member", root -> log(root).put("more", 1));
        refuses("tlogs[0].publicKey has an unknown member", root -> logKey(root).put("more", 1));
        refuses("tlogs[0].publicKey.validFor has an unknown member", root -> ((ObjectNode) logKey(root).get("validFor")).put("more", 1));
        refuses("tlogs[0].logId has an unknown member", root -> ((ObjectNode) log(root).get("logId")).put("more", 1));
        refuses("certificateAuthorities[0] has an unknown member", root -> authority(root).put("more", 1));
        refuses("certChain has an unknown member", root -> ((ObjectNode) authority(root).get("certChain")).put("more", 1));
        refuses("certificates[0] has an unknown member", root -> ((ObjectNode) chain(root).get(0)).put("more", 1));
        refuses("ctlogs[0] has an unknown member", root -> first(root, "ctlogs").put("more", 1));
        refuses("timestampAuthorities[0] has an unknown member", root -> first(root, "timestampAuthorities").put("more", 1));
    }

    @Test
    void aLogHasAnAddressAnIdAHashAndAKey() {
        refuses("two logs of the same id", root -> root.withArray("tlogs").add(log(root).deepCopy()));
        refuses("hash algorithm \"SHA2_512\"", root -> log(root).put("hashAlgorithm", "SHA2_512"));
        refuses("\"baseUrl\" is not an address", root -> log(root).put("baseUrl", "rekor"));
        refuses("\"baseUrl\" is not an address", root -> log(root).put("baseUrl", "https://a b"));
        refuses("has 3 bytes; the id of a log has 32", root -> log(root).putObject("logId").put("keyId", "AAAA"));
        refuses("\"logId\" is missing", root -> log(root).remove("logId"));
        refuses("not a key of the kind \"PKIX_ECDSA_P256_SHA_256\"", root -> logKey(root).put("rawBytes", "AAAA"));
        refuses("not a key of the kind \"PKIX_ECDSA_P384_SHA_384\"", root -> logKey(root).put("keyDetails", "PKIX_ECDSA_P384_SHA_384"));
        refuses("not a key of the kind \"PKIX_ED25519\"", root -> logKey(root).put("keyDetails", "PKIX_ED25519"));
        refuses("\"keyDetails\" is missing", root -> logKey(root).remove("keyDetails"));
        refuses("\"validFor\" is missing", root -> logKey(root).remove("validFor"));
        refuses("\"start\" is not a time", root -> logKey(root).putObject("validFor").put("start", "yesterday"));
        refuses("\"end\" is not a time", root -> ((ObjectNode) logKey(root).get("validFor")).put("end", "2026-11-26"));
    }

    @Test
    void anAuthorityHasCertificatesAndATime() {
        refuses("holds 0 certificates", root -> chain(root).removeAll());
        refuses("holds 12 certificates", root -> {
            for (int i = 0; i < 10; i++) {
                chain(root).add(chain(root).get(0).deepCopy());
            }
        });
        refuses("is no certificate", root -> chain(root).addObject().put("rawBytes", "MAA="));
        refuses("\"validFor\" is missing", root -> authority(root).remove("validFor"));
        refuses("\"certChain\" is missing", root -> authority(root).remove("certChain"));
    }

    @Test
    void messagesCannotSteerATerminal() {
        refuses("media type \"\\u001b[2J\"", root -> root.put("mediaType", "\u001b[2J"));
    }

    @Test
    void anIdentityHasBothParts() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TrustedIdentity("", TestSigstore.ISSUER));
        assertThatIllegalArgumentException().isThrownBy(() -> new TrustedIdentity(TestSigstore.IDENTITY, ""));
    }
}
