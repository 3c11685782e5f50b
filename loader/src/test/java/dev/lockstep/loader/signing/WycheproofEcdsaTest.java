package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Project Wycheproof's signatures, good and bad, through the way that signatures of models take: key file, curve, DER. */
class WycheproofEcdsaTest {
    @ParameterizedTest
    @CsvSource({"ecdsa_secp256r1_sha256, 480", "ecdsa_secp384r1_sha384, 500", "ecdsa_secp521r1_sha512, 540"})
    void signaturesAreAcceptedOnlyIfTheyAreValid(String file, int least) throws IOException {
        byte[] json = Files.readAllBytes(SharedFolder.resolve("vectors/wycheproof/" + file + "_test.json"));
        int seen = 0;
        for (JsonNode group : new JsonMapper().readTree(json).get("testGroups")) {
            byte[] pem = group.get("publicKeyPem").stringValue().getBytes(StandardCharsets.US_ASCII);
            var key = SigningKeys.parsePublicKey(pem, file);
            for (JsonNode one : group.get("tests")) {
                boolean verifies = Dsse.verify(key, bytes(one, "msg"), bytes(one, "sig"));
                // "acceptable" would be a decision to write down; there is none in these files
                assertThat(verifies).as("%s, test %s: %s", file, one.get("tcId"), one.get("comment"))
                        .isEqualTo(one.get("result").stringValue().equals("valid"));
                assertThat(one.get("result").stringValue()).isIn("valid", "invalid");
                seen++;
            }
        }
        assertThat(seen).isGreaterThan(least);
    }

    private static byte[] bytes(JsonNode test, String member) {
        return HexFormat.of().parseHex(test.get(member).stringValue());
    }
}
