package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** What Rekor v1 logs of a DSSE envelope: sigstore/rekor, pkg/types/dsse/v0.0.1, in the form that the server writes. */
final class DsseEntry {
    static final String KIND = "dsse";
    static final String VERSION = "0.0.1";

    private static final Set<String> MEMBERS = Set.of("apiVersion", "kind", "spec");
    private static final Set<String> SPEC_MEMBERS = Set.of("envelopeHash", "payloadHash", "signatures");
    private static final Set<String> HASH_MEMBERS = Set.of("algorithm", "value");
    private static final Set<String> SIGNATURE_MEMBERS = Set.of("signature", "verifier");
    private static final String SHA_256 = "sha256";

    private DsseEntry() {
    }

    /**
     * Requires that an entry is about this payload with this signature and this certificate. The hash of the whole envelope is not
     * looked at: it is that of the text which the signer sent to the log, and nobody else has that.
     */
    static void requireAbout(byte[] body, SignedContent content, String file) {
        StrictJson entry = StrictJson.parse(body, file, DsseEntry::invalid);
        entry.allowOnly(MEMBERS);
        if (!entry.text("kind").equals(KIND) || !entry.text("apiVersion").equals(VERSION)) {
            throw entry.fault("is of the kind \"" + entry.text("kind") + ' ' + entry.text("apiVersion") + "\", not what the entry says");
        }
        StrictJson spec = entry.object("spec");
        spec.allowOnly(SPEC_MEMBERS);
        if (!sha256(spec.object("payloadHash")).equals(HexFormat.of().formatHex(Sha256.of(content.payload())))) {
            throw spec.fault("is about another payload");
        }
        List<StrictJson> signatures = spec.objects("signatures");
        if (signatures.size() != 1) {
            throw spec.fault("holds " + signatures.size() + " signatures; the bundle has one");
        }
        requireSignature(signatures.getFirst(), content);
    }

    private static String sha256(StrictJson hash) {
        hash.allowOnly(HASH_MEMBERS);
        if (!hash.text("algorithm").equals(SHA_256)) {
            throw hash.fault("has the algorithm \"" + hash.text("algorithm") + "\"; \"" + SHA_256 + "\" is accepted");
        }
        return hash.text("value");
    }

    private static void requireSignature(StrictJson signature, SignedContent content) {
        signature.allowOnly(SIGNATURE_MEMBERS);
        if (!Arrays.equals(signature.base64("signature"), content.signature())) {
            throw signature.fault("is about another signature");
        }
        if (!Arrays.equals(signature.base64("verifier"), pem(content.certificate()))) {
            throw signature.fault("is about another certificate");
        }
    }

    /** As Go's encoding/pem writes it. */
    private static byte[] pem(byte[] certificate) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate);
        return ("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static ModelSignatureException invalid(String file, String problem, Throwable cause) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the body of the log entry: " + problem, cause);
    }
}
