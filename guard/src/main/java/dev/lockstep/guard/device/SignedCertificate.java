package dev.lockstep.guard.device;

import dev.lockstep.guard.device.DeviceTrustException.Reason;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.Dsse;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.TrustedKeys;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A certificate of a device with the signature of an administrator: what a device stores, and shows with each statement. */
public final class SignedCertificate {
    /** A key, two times, some groups and one signature stay far below it. */
    public static final int MAX_BYTES = 32 << 10;

    private final Envelope envelope;
    private final String file;

    private SignedCertificate(Envelope envelope, String file) {
        this.envelope = envelope;
        this.file = file;
    }

    /**
     * Reads one; nothing of it is trusted.
     *
     * @param file what to call it in messages
     * @throws DeviceTrustException if the text is malformed
     */
    public static SignedCertificate parse(byte[] json, String file) {
        if (json.length > MAX_BYTES) {
            throw new DeviceTrustException(Reason.MALFORMED, file, "is larger than " + MAX_BYTES + " bytes, so it is no certificate of a device");
        }
        return of(StrictJson.parse(json, file, DeviceTrustException.malformed()));
    }

    /**
     * The same from a file.
     *
     * @throws KeyFileException if the file cannot be read
     * @throws DeviceTrustException if the text is malformed
     */
    public static SignedCertificate read(Path file) {
        return parse(BoundedFile.read(file, MAX_BYTES, ", so it is no certificate of a device", DeviceTrustException.unread()), file.toString());
    }

    static SignedCertificate of(StrictJson envelope) {
        return new SignedCertificate(Envelope.parse(envelope), envelope.file());
    }

    /**
     * Signs a certificate.
     *
     * @param administrator a key pair of some {@link SigningAlgorithm}
     */
    public static SignedCertificate sign(DeviceCertificate certificate, KeyPair administrator) {
        PublicKey key = administrator.getPublic();
        SigningAlgorithm algorithm = SigningAlgorithm.of(key);
        return new SignedCertificate(Envelope.sign(certificate.toJson(), KeyId.of(key), text -> Dsse.sign(administrator.getPrivate(), algorithm, text)),
                certificate.name());
    }

    /**
     * What an administrator says in it. Whether it is valid now, and not revoked, is not asked here.
     *
     * @throws DeviceTrustException if none of these administrators has signed it
     */
    public DeviceCertificate verify(TrustedKeys administrators) {
        PublicKey administrator = administrators.byHint(envelope.keyId().hex()).orElseThrow(() -> new DeviceTrustException(Reason.ADMINISTRATOR, file,
                "the certificate is signed with the key " + envelope.keyId() + ", which is no administrator's"));
        if (!Dsse.verify(administrator, envelope.signedText(), envelope.signature())) {
            throw new DeviceTrustException(Reason.CERTIFICATE_SIGNATURE, file, "the signature of the administrator does not verify:"
                    + " the certificate was changed, or made by somebody else");
        }
        return DeviceCertificate.parse(envelope.payload(), file);
    }

    /** What it says, whoever says it: for the device itself. */
    DeviceCertificate unverified() {
        return DeviceCertificate.parse(envelope.payload(), file);
    }

    void writeTo(ObjectNode object) {
        envelope.writeTo(object);
    }

    /** As JSON text in UTF-8, one line. */
    public byte[] toJson() {
        var json = new JsonMapper();
        var object = json.createObjectNode();
        envelope.writeTo(object);
        return json.writeValueAsBytes(object);
    }
}
