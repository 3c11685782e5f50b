package dev.lockstep.guard.device;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.Base64;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the hardware of a device says: evidence that only its verifier can read.
 *
 * @param format what kind of evidence it is: {@code tpm2-quote}, {@code sev-snp-report}
 * @param evidence made for the digest of one statement, which it must hold; not to be modified
 */
public record Attestation(String format, byte[] evidence) {
    /** A quote with its event log, or a report with its certificates, stay below it. */
    public static final int MAX_BYTES = 64 << 10;

    private static final Set<String> MEMBERS = Set.of("format", "evidence");

    /** @throws IllegalArgumentException if the format is not 1 to 63 lower-case letters, digits, dots, dashes and underscores, or there is no or too much evidence */
    public Attestation {
        if (!DeviceName.isOne(format)) {
            throw new IllegalArgumentException("format=" + format + " must be 1 to 63 lower-case letters, digits, dots, dashes and underscores");
        }
        if (evidence.length == 0 || evidence.length > MAX_BYTES) {
            throw new IllegalArgumentException("evidence=" + evidence.length + " bytes must be 1 to " + MAX_BYTES);
        }
    }

    static Attestation parse(StrictJson attestation) {
        attestation.allowOnly(MEMBERS);
        try {
            return new Attestation(attestation.text("format"), attestation.base64("evidence"));
        } catch (IllegalArgumentException e) {
            throw attestation.fault("cannot be: " + e.getMessage());
        }
    }

    void writeTo(ObjectNode object) {
        object.put("format", format).put("evidence", Base64.getEncoder().encodeToString(evidence));
    }
}
