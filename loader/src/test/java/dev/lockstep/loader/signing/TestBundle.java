package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A valid bundle of two files, of which a test spoils exactly one thing before it is signed, or one after. */
final class TestBundle {
    static final String DIGEST_A = HexFormat.of().formatHex(Sha256.of(new byte[] {'a'}));
    static final String DIGEST_B = HexFormat.of().formatHex(Sha256.of(new byte[] {'b'}));

    private static final JsonMapper JSON = new JsonMapper();

    private final KeyPair keys;
    private final ObjectNode statement = JSON.createObjectNode();
    private String payloadType = Dsse.IN_TOTO;
    private UnaryOperator<String> payloadText = UnaryOperator.identity();

    TestBundle(KeyPair keys) {
        this.keys = keys;
        statement.put("_type", "https://in-toto.io/Statement/v1");
        statement.putArray("subject").addObject().put("name", "model").putObject("digest").put("sha256", "");
        statement.put("predicateType", "https://model_signing/signature/v1.0");
        var predicate = statement.putObject("predicate");
        predicate.putArray("resources");
        predicate.putObject("serialization").put("method", "files").put("hash_type", "sha256")
                .put("allow_symlinks", false);
        addResource("a", DIGEST_A);
        addResource("b", DIGEST_B);
    }

    ObjectNode serialization() {
        return (ObjectNode) statement.get("predicate").get("serialization");
    }

    ArrayNode resources() {
        return (ArrayNode) statement.get("predicate").get("resources");
    }

    ArrayNode subjects() {
        return (ArrayNode) statement.get("subject");
    }

    /** Adds a file and makes the root digest right again. */
    TestBundle addResource(String name, String digest) {
        resources().addObject().put("name", name).put("digest", digest).put("algorithm", "sha256");
        return fixRoot();
    }

    TestBundle onlyResource(String name) {
        resources().removeAll();
        return addResource(name, DIGEST_A);
    }

    TestBundle fixRoot() {
        var root = Sha256.start();
        resources().forEach(resource -> root.update(HexFormat.of().parseHex(resource.get("digest").stringValue())));
        return root(HexFormat.of().formatHex(root.digest()));
    }

    TestBundle root(String digest) {
        ((ObjectNode) subjects().get(0).get("digest")).put("sha256", digest);
        return this;
    }

    /** Changes the statement before it is signed. */
    TestBundle with(Consumer<ObjectNode> change) {
        change.accept(statement);
        return this;
    }

    /** Changes the text of the statement before it is signed. */
    TestBundle withText(UnaryOperator<String> change) {
        payloadText = change;
        return this;
    }

    TestBundle payloadType(String type) {
        payloadType = type;
        return this;
    }

    /** The bundle, signed with the key over whatever the statement is by now. */
    ObjectNode sign() {
        byte[] payload = payloadText.apply(statement.toString()).getBytes(StandardCharsets.UTF_8);
        var publicKey = keys.getPublic();
        byte[] signature = Dsse.sign(keys.getPrivate(), SigningAlgorithm.of(publicKey),
                Dsse.preAuthenticationEncoding(payloadType, payload));
        var bundle = JSON.createObjectNode();
        bundle.put("mediaType", SignatureBundle.MEDIA_TYPE);
        bundle.putObject("verificationMaterial").putObject("publicKey").put("hint", KeyId.of(publicKey).hex());
        var envelope = bundle.putObject("dsseEnvelope");
        envelope.put("payload", base64(payload)).put("payloadType", payloadType);
        envelope.putArray("signatures").addObject().put("sig", base64(signature));
        return bundle;
    }

    byte[] signedBytes() {
        return bytes(sign());
    }

    static byte[] bytes(ObjectNode bundle) {
        return bundle.toString().getBytes(StandardCharsets.UTF_8);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static ObjectNode envelope(ObjectNode bundle) {
        return (ObjectNode) bundle.get("dsseEnvelope");
    }

    static ObjectNode signature(ObjectNode bundle) {
        return (ObjectNode) envelope(bundle).get("signatures").get(0);
    }

    static ObjectNode publicKey(ObjectNode bundle) {
        return (ObjectNode) bundle.get("verificationMaterial").get("publicKey");
    }
}
