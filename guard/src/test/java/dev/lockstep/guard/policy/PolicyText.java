package dev.lockstep.guard.policy;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A valid policy in which every member has a value, and of which a test changes something. */
final class PolicyText {
    static final String DIGEST = "1".repeat(64);
    static final String SIGNER = "a".repeat(64);
    static final String TOKEN_SHA256 = "c".repeat(64);

    private static final JsonMapper JSON = new JsonMapper();
    private static final String TEXT = """
            {
              "format": "lockstep-guard-policy/v1", "name": "office", "version": 7, "notAfter": "2027-01-01T00:00:00Z", "comment": "",
              "models": [
                {"name": "llama", "digests": ["%s"], "signers": ["%s"], "minVersion": 3, "comment": ""},
                {"name": "*"}
              ],
              "principals": [
                {"type": "user", "name": "anna", "notAfter": "2026-12-01T00:00:00Z", "scopes": ["infer"], "dataClasses": ["confidential"], "comment": ""},
                {"type": "group", "name": "legal", "dataClasses": ["confidential", "public"]},
                {"type": "service", "name": "batch", "tokenSha256": "%s", "scopes": ["infer", "metrics"], "dataClasses": ["public"]}
              ],
              "postures": [
                {"name": "strict", "minKernel": "6.8", "recheckSeconds": 60, "comment": "",
                 "checks": [{"check": "disk.encryption", "fail": "refuse", "unknown": "refuse", "comment": ""}],
                 "others": {"fail": "warn", "unknown": "ignore", "comment": ""}}
              ],
              "dataClasses": [
                {"name": "confidential", "models": ["llama"], "principals": ["user:anna", "group:legal"], "posture": "strict", "saveSessions": true,
                 "logPrompts": true, "unsignedModels": false, "limits": {"maxNewTokens": 50}, "comment": ""},
                {"name": "public", "models": ["*", "llama"], "posture": "strict", "unsignedModels": true}
              ],
              "defaultDataClass": "public",
              "limits": {"maxPromptTokens": 1000, "maxNewTokens": 100, "maxContext": 2000, "requestsPerMinute": 5, "tokensPerMinute": 3000, "comment": ""},
              "audit": {"required": true, "onError": "continue", "folder": "/var/log/lockstep", "comment": ""}
            }
            """.formatted(DIGEST, SIGNER, TOKEN_SHA256);

    private final ObjectNode root = (ObjectNode) JSON.readTree(TEXT);

    PolicyText root(Consumer<ObjectNode> change) {
        change.accept(root);
        return this;
    }

    /** Changes what is at a place, like {@code /models/0}. */
    PolicyText at(String place, Consumer<ObjectNode> change) {
        change.accept((ObjectNode) root.at(place));
        return this;
    }

    /** The same for an array. */
    PolicyText array(String place, Consumer<ArrayNode> change) {
        change.accept((ArrayNode) root.at(place));
        return this;
    }

    JsonNode json() {
        return root;
    }

    byte[] bytes() {
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    GuardPolicy parse() {
        return GuardPolicy.parse(bytes(), "guard.json");
    }
}
