package dev.lockstep.loader.internal.sigstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.SharedFolder;
import dev.lockstep.loader.signing.TrustFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Project Wycheproof's Ed25519 signatures, good and bad, through the way that signatures of logs take. */
class WycheproofEd25519Test {
    @Test
    void signaturesAreAcceptedOnlyIfTheyAreValid() throws IOException {
        JsonNode vectors = new JsonMapper().readTree(Files.readAllBytes(SharedFolder.resolve("vectors/wycheproof/ed25519_test.json")));
        int seen = 0;
        for (JsonNode group : vectors.get("testGroups")) {
            LogKey key = key(HexFormat.of().parseHex(group.get("publicKeyDer").stringValue()));
            for (JsonNode one : group.get("tests")) {
                assertThat(key.verify(bytes(one, "msg"), bytes(one, "sig"))).as("test %s: %s", one.get("tcId"), one.get("comment"))
                        .isEqualTo(one.get("result").stringValue().equals("valid"));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(vectors.get("numberOfTests").intValue()).isGreaterThan(140);
    }

    private static LogKey key(byte[] spki) {
        String json = new JsonMapper().createObjectNode().put("keyDetails", "PKIX_ED25519")
                .put("rawBytes", Base64.getEncoder().encodeToString(spki)).toString();
        return LogKey.parse(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), "key", TrustFileException::new));
    }

    private static byte[] bytes(JsonNode test, String member) {
        return HexFormat.of().parseHex(test.get(member).stringValue());
    }
}
