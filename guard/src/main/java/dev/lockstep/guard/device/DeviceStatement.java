package dev.lockstep.guard.device;

import dev.lockstep.guard.device.DeviceTrustException.Reason;
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a device sends: its posture statement, signed by its key, with the certificate of that key and, where its hardware can, evidence for the
 * statement. As read, nothing of it is trusted.
 */
record DeviceStatement(String file, SignedCertificate certificate, Envelope statement, Optional<Attestation> attestation) {
    static final String FORMAT = "lockstep-device-statement/v1";

    /** Certificate, two hundred checks with their evidence, evidence of the hardware, most of it in base64. */
    static final int MAX_BYTES = 512 << 10;

    private static final Set<String> MEMBERS = Set.of("format", "certificate", "statement", "attestation");

    static DeviceStatement parse(byte[] json, String file) {
        if (json.length > MAX_BYTES) {
            throw new DeviceTrustException(Reason.MALFORMED, file, "is larger than " + MAX_BYTES + " bytes, so it is no statement of a device");
        }
        var root = StrictJson.parse(json, file, DeviceTrustException.malformed());
        root.allowOnly(MEMBERS);
        root.require("format", FORMAT);
        Optional<Attestation> attestation = root.has("attestation") ? Optional.of(Attestation.parse(root.object("attestation"))) : Optional.empty();
        return new DeviceStatement(file, SignedCertificate.of(root.object("certificate")), Envelope.parse(root.object("statement")), attestation);
    }

    static DeviceStatement sign(PostureStatement statement, DeviceSigner device, SignedCertificate certificate, Attestor attestor) {
        Envelope envelope = Envelope.sign(statement.toJson(), statement.keyId(), device::sign);
        return new DeviceStatement(statement.device(), certificate, envelope, attestor.attest(Sha256.of(envelope.payload())));
    }

    /** What evidence has to hold. */
    byte[] sha256() {
        return Sha256.of(statement.payload());
    }

    byte[] toJson() {
        var json = new JsonMapper();
        var root = json.createObjectNode();
        root.put("format", FORMAT);
        certificate.writeTo(root.putObject("certificate"));
        statement.writeTo(root.putObject("statement"));
        attestation.ifPresent(evidence -> evidence.writeTo(root.putObject("attestation")));
        return json.writeValueAsBytes(root);
    }
}
