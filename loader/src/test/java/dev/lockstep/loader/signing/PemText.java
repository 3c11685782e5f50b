package dev.lockstep.loader.signing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** PEM text around any bytes. */
final class PemText {
    private PemText() {
    }

    static byte[] of(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, base64, type).getBytes(StandardCharsets.US_ASCII);
    }
}
