package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.text.Printable;
import java.util.Objects;

/**
 * A model that must not be used: its signature is missing, malformed, not trusted or wrong, or its files are not the
 * signed ones. The message says which file, what is wrong and what to do; {@link #reason()} says it to a program.
 */
public final class ModelSignatureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a model was refused. */
    public enum Reason {
        /** There is no signature file. */
        SIGNATURE_MISSING,
        /** The signature file is not a well-formed bundle. */
        BUNDLE_MALFORMED,
        /** The bundle was made by a method that this build does not verify. */
        METHOD_UNSUPPORTED,
        /** The bundle was made by a method that nothing is trusted for: a key is trusted, and it comes with certificates. */
        METHOD_MISMATCH,
        /** The signer's key is not a trusted one. */
        UNTRUSTED_KEY,
        /** The signer's certificate does not lead to a trusted one. */
        CERTIFICATE_UNTRUSTED,
        /** A certificate is outside of its time, or not for signing. */
        CERTIFICATE_INVALID,
        /** Sigstore proves an identity, or a provider that vouches for it, that is not a trusted one. */
        IDENTITY_UNTRUSTED,
        /** A log's evidence of the signature, or of its certificate, is missing, of an unknown log, or wrong. */
        LOG_ENTRY_INVALID,
        /** Nobody who is trusted says when it was signed, or a timestamp of somebody who is is wrong. */
        TIMESTAMP_INVALID,
        /** The signature does not match what was signed. */
        SIGNATURE_INVALID,
        /** A cosignature is of another statement than the primary signature. */
        PAYLOAD_DIFFERS,
        /** The folder of cosignatures holds something else, or too many. */
        SIGNATURE_SET_INVALID,
        /** The signed text is not an OMS statement. */
        STATEMENT_INVALID,
        /** The signed list of files contradicts itself or breaks the rules for names and digests. */
        MANIFEST_INVALID,
        /** A file has other bytes than the signed ones. */
        DIGEST_MISMATCH,
        /** A signed file does not exist. */
        FILE_MISSING,
        /** A file exists that nobody signed. */
        FILE_EXTRA,
        /** A symbolic link, device, pipe or folder where only a regular file is accepted. */
        FILE_NOT_REGULAR,
        /** A file could not be read to the end. */
        FILE_UNREADABLE,
        /** The signature is good, but the trust policy does not let the model be used. */
        POLICY_REFUSED,
        /** What this device remembers of earlier versions was changed by somebody else, or is gone. */
        STATE_INVALID
    }

    /** What is wrong with a signed list of files. */
    static final StrictJson.Faults MANIFEST_FAULTS = faults(Reason.MANIFEST_INVALID);

    private final Reason reason;
    private final String file;

    /**
     * @param reason the reason, for programs
     * @param file name of the signature or model file concerned
     * @param problem what is wrong and what to do
     */
    public ModelSignatureException(Reason reason, String file, String problem) {
        this(reason, file, problem, null);
    }

    public ModelSignatureException(Reason reason, String file, String problem, Throwable cause) {
        super(Printable.text(file + ": " + problem), cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.file = file;
    }

    /** Faults in a text that mean this for the model. */
    static StrictJson.Faults faults(Reason reason) {
        return (file, problem, cause) -> new ModelSignatureException(reason, file, problem, cause);
    }

    public Reason reason() {
        return reason;
    }

    /** The signature or model file concerned, as the caller named it. */
    public String file() {
        return file;
    }
}
