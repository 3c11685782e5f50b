package dev.lockstep.tests.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/** The key files of the corpus, and PEM text around any bytes. */
final class PemFiles {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private PemFiles() {
    }

    static List<byte[]> privateKeys() throws IOException {
        return List.of(seed("PrivateKey", "p256.pem"), seed("PrivateKey", "p521.pem"), seed("PrivateKey", "ml_dsa_65.pem"),
                seed("PrivateKey", "ml_dsa_65-seed.pem"), seed("PrivateKey", "encrypted.pem"));
    }

    static List<byte[]> publicKeys() throws IOException {
        return List.of(seed("PublicKey", "p384.pem"), seed("PublicKey", "ml_dsa_65.pem"));
    }

    private static byte[] seed(String target, String name) throws IOException {
        try (var in = PemFiles.class.getResourceAsStream(target + "FuzzTestInputs/readsOrRefuses/" + name)) {
            return in.readAllBytes();
        }
    }

    /** The same file with another body: a fault in base64 text would hardly ever get as far as the structure. */
    static byte[] withBody(byte[] pem, UnaryOperator<byte[]> change) {
        String text = new String(pem, StandardCharsets.US_ASCII);
        int from = text.indexOf("-----\n") + "-----\n".length();
        int to = text.indexOf("-----END");
        byte[] der = Base64.getMimeDecoder().decode(text.substring(from, to));
        String body = LINES.encodeToString(change.apply(der));
        return (text.substring(0, from) + body + "\n" + text.substring(to)).getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] of(String type, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, LINES.encodeToString(der), type)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
