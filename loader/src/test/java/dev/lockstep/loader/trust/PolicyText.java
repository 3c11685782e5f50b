package dev.lockstep.loader.trust;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A valid policy of one model and two signers, of which a test changes something. */
final class PolicyText {
    static final String ALICE = "a".repeat(64);
    static final String BOB = "b".repeat(64);
    static final String CAROL = "c".repeat(64);
    static final String ROOT_DIGEST = "1".repeat(64);

    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode root = JSON.createObjectNode();
    private final ObjectNode model;

    PolicyText() {
        root.put("format", "lockstep-trust-policy/v1").put("name", "office").put("version", 7);
        model = root.putArray("models").addObject().put("name", "llama");
        model.putArray("signers");
        addKey(ALICE);
        addKey(BOB);
    }

    ObjectNode addKey(String keyId) {
        return model.withArray("signers").addObject().put("type", "key").put("keyId", keyId);
    }

    PolicyText root(Consumer<ObjectNode> change) {
        change.accept(root);
        return this;
    }

    PolicyText model(Consumer<ObjectNode> change) {
        change.accept(model);
        return this;
    }

    PolicyText signer(int index, Consumer<ObjectNode> change) {
        change.accept((ObjectNode) model.get("signers").get(index));
        return this;
    }

    byte[] bytes() {
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    TrustDocument parse() {
        return TrustDocument.parse(bytes(), "trust.json");
    }
}
