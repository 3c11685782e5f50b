package dev.lockstep.guard.device;

import dev.lockstep.loader.internal.json.StrictJson.Faults;
import dev.lockstep.loader.internal.text.Printable;
import dev.lockstep.loader.signing.KeyFileException;

/** A certificate or a statement of a device that does not count. The message names the file, says why, and holds no content but names and ids. */
public final class DeviceTrustException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why it does not count. */
    public enum Reason {
        /** It is no certificate or statement of a device. */
        MALFORMED,
        /** The certificate was signed by nobody who is trusted. */
        ADMINISTRATOR,
        /** The certificate was changed, or an administrator's name was put on it. */
        CERTIFICATE_SIGNATURE,
        /** The certificate is not valid yet, or no longer. */
        CERTIFICATE_TIME,
        /** The device may not speak any more. */
        REVOKED,
        /** Certificate and statement are not of the same device. */
        OTHER_DEVICE,
        /** The statement was changed, or signed by another key. */
        STATEMENT_SIGNATURE,
        /** The statement has expired, is from the future, wants to count for too long, or is about another time. */
        STATEMENT_TIME,
        /** The statement is for somebody else. */
        AUDIENCE,
        /** The statement answers another question, or one that was answered already. */
        NONCE,
        /** The device is not fit. */
        CHECK,
        /** What the hardware says is missing, or does not match. */
        ATTESTATION
    }

    private final Reason reason;

    public DeviceTrustException(Reason reason, String file, String problem) {
        this(reason, file, problem, null);
    }

    public DeviceTrustException(Reason reason, String file, String problem, Throwable cause) {
        super(Printable.text(file + ": " + problem), cause);
        this.reason = reason;
    }

    /** What malformed files are reported with. */
    static Faults malformed() {
        return (file, problem, cause) -> new DeviceTrustException(Reason.MALFORMED, file, problem, cause);
    }

    /** What files that were sent are reported with: too large is malformed; what cannot be read is no matter of trust. */
    static Faults unread() {
        return (file, problem, cause) -> cause == null ? new DeviceTrustException(Reason.MALFORMED, file, problem)
                : new KeyFileException(file, problem, cause);
    }

    public Reason reason() {
        return reason;
    }
}
