package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Project Wycheproof's ML-DSA-65 signatures through the way that signatures of models take: key file, algorithm, length. */
class WycheproofMlDsaTest {
    private static final int ALL = 210;

    /** Models are signed with the empty context string, and nothing here takes another. */
    private static final int WITH_CONTEXT = 7;

    /** Keys of a wrong length, which no signature gets past. */
    private static final int WITHOUT_KEY = 4;

    @Test
    void signaturesAreAcceptedOnlyIfTheyAreValid() throws IOException {
        byte[] json = Files.readAllBytes(SharedFolder.resolve("vectors/wycheproof/mldsa_65_verify_test.json"));
        int verified = 0;
        int withContext = 0;
        int withoutKey = 0;
        for (JsonNode group : new JsonMapper().readTree(json).get("testGroups")) {
            byte[] pem = pem(group.get("publicKeyDer").stringValue());
            for (JsonNode one : group.get("tests")) {
                String name = "test " + one.get("tcId") + ": " + one.get("comment");
                if (!one.path("ctx").asString("").isEmpty()) {
                    withContext++;
                } else if (one.get("flags").toString().contains("IncorrectPublicKeyLength")) {
                    assertThatExceptionOfType(KeyFileException.class).as(name).isThrownBy(() -> SigningKeys.parsePublicKey(pem, "key"));
                    withoutKey++;
                } else {
                    var key = SigningKeys.parsePublicKey(pem, "key");
                    assertThat(Dsse.verify(key, bytes(one, "msg"), bytes(one, "sig"))).as(name)
                            .isEqualTo(one.get("result").stringValue().equals("valid"));
                    verified++;
                }
            }
        }
        assertThat(withContext).isEqualTo(WITH_CONTEXT);
        assertThat(withoutKey).isEqualTo(WITHOUT_KEY);
        assertThat(verified).isEqualTo(ALL - WITH_CONTEXT - WITHOUT_KEY);
    }

    private static byte[] pem(String derInHex) {
        return PemText.of("PUBLIC KEY", HexFormat.of().parseHex(derInHex));
    }

    private static byte[] bytes(JsonNode test, String member) {
        return HexFormat.of().parseHex(test.get(member).stringValue());
    }
}
