package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A log of a trusted root: a Rekor log, or one of certificates.
 *
 * @param host of its address
 * @param id 32 bytes; that of a log of certificates and of Rekor v1 is the SHA-256 of its key
 */
record TransparencyLog(String host, byte[] id, LogKey key, Validity validity) {
    /** A SHA-256. */
    static final int ID_BYTES = 32;

    private static final String HASH = "SHA2_256";
    private static final Set<String> MEMBERS = Set.of("baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator");
    private static final Set<String> ID_MEMBERS = Set.of("keyId");

    static TransparencyLog parse(StrictJson json) {
        json.allowOnly(MEMBERS);
        if (!json.text("hashAlgorithm").equals(HASH)) {
            throw json.fault("has the hash algorithm \"" + json.text("hashAlgorithm") + "\"; \"" + HASH + "\" is accepted");
        }
        StrictJson key = json.object("publicKey");
        return new TransparencyLog(host(json), id(json), LogKey.parse(key), Validity.parse(key));
    }

    private static String host(StrictJson json) {
        try {
            String host = new URI(json.text("baseUrl")).getHost();
            if (host != null) {
                return host;
            }
        } catch (URISyntaxException e) {
            // as one without a host
        }
        throw json.fault("member \"baseUrl\" is not an address with a host");
    }

    /** The member {@code logId} of a log or of an entry. */
    static byte[] id(StrictJson owner) {
        StrictJson id = owner.object("logId");
        id.allowOnly(ID_MEMBERS);
        byte[] bytes = id.base64("keyId");
        if (bytes.length != ID_BYTES) {
            throw id.fault("member \"keyId\" has " + bytes.length + " bytes; the id of a log has " + ID_BYTES);
        }
        return bytes;
    }

    /** The log with this id. */
    static Optional<TransparencyLog> find(List<TransparencyLog> logs, byte[] id) {
        return logs.stream().filter(log -> MessageDigest.isEqual(log.id, id)).findFirst();
    }

    /** Refuses a bundle that needs this log where its key is of a kind that cannot be used. */
    void requireUsable(String file) {
        if (key.key().isEmpty()) {
            throw new ModelSignatureException(Reason.METHOD_UNSUPPORTED, file, "needs the log " + host + ", which signs with a key of the kind \""
                    + key.kind() + "\"; this build verifies ECDSA on P-256, P-384 and P-521, and Ed25519");
        }
    }
}
