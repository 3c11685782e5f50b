package dev.lockstep.guard.device;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.Dsse;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.KeyId;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * A signed in-toto statement, as read: nothing of it is trusted yet (secure-systems-lab/dsse, envelope.md v1.0.2, with exactly one signature).
 *
 * @param payload the statement, byte for byte as signed
 * @param keyId whose signature it says it is
 */
record Envelope(byte[] payload, KeyId keyId, byte[] signature) {
    /** An ML-DSA-65 signature has 3,309 bytes; no other is longer. */
    private static final int MAX_SIGNATURE_BYTES = 4_096;

    private static final Set<String> MEMBERS = Set.of("payload", "payloadType", "signatures");
    private static final Set<String> SIGNATURE_MEMBERS = Set.of("keyid", "sig");

    static Envelope parse(StrictJson envelope) {
        envelope.allowOnly(MEMBERS);
        envelope.require("payloadType", Dsse.IN_TOTO);
        List<StrictJson> signatures = envelope.objects("signatures");
        if (signatures.size() != 1) {
            throw envelope.fault("holds " + signatures.size() + " signatures; exactly one is accepted");
        }
        StrictJson signature = signatures.getFirst();
        signature.allowOnly(SIGNATURE_MEMBERS);
        String keyId = signature.text("keyid");
        if (!HashAlgorithm.SHA_256.isHex(keyId)) {
            throw signature.fault("has a \"keyid\" that is not 64 lower-case hex digits");
        }
        byte[] bytes = signature.base64("sig");
        if (bytes.length > MAX_SIGNATURE_BYTES) {
            throw signature.fault("is " + bytes.length + " bytes long; no signature is");
        }
        return new Envelope(envelope.base64("payload"), new KeyId(keyId), bytes);
    }

    /** @param signer makes the signature of a text */
    static Envelope sign(byte[] payload, KeyId keyId, UnaryOperator<byte[]> signer) {
        return new Envelope(payload, keyId, signer.apply(Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload)));
    }

    /** What the signature has to be of. */
    byte[] signedText() {
        return Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload);
    }

    void writeTo(ObjectNode envelope) {
        envelope.put("payload", Base64.getEncoder().encodeToString(payload));
        envelope.put("payloadType", Dsse.IN_TOTO);
        envelope.putArray("signatures").addObject().put("keyid", keyId.hex()).put("sig", Base64.getEncoder().encodeToString(signature));
    }
}
