package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Set;

/**
 * What a bundle brings to prove who signed, nothing of it verified.
 *
 * @param certificate of the signer, DER, not parsed yet
 * @param entries of transparency logs, at least one
 * @param timestamps DER, not parsed yet
 */
public record SigstoreEvidence(byte[] certificate, List<LogEntry> entries, List<byte[]> timestamps) {
    /** The member that makes a bundle one of this method. */
    public static final String CERTIFICATE = "certificate";

    /** Signers write one. All of them must verify, so there is nothing to win with more, and work for each. */
    static final int MAX_ENTRIES = 4;

    /** As for entries. */
    static final int MAX_TIMESTAMPS = 4;

    /** A response with the certificates of the authority has 1 to 6 KB. */
    static final int MAX_TIMESTAMP_BYTES = 64 << 10;

    private static final String ENTRIES = "tlogEntries";
    private static final String TIMESTAMPS = "timestampVerificationData";
    private static final String RFC3161 = "rfc3161Timestamps";
    private static final Set<String> MEMBERS = Set.of(CERTIFICATE, ENTRIES, TIMESTAMPS);
    private static final Set<String> CERTIFICATE_MEMBERS = Set.of("rawBytes");
    private static final Set<String> TIMESTAMP_MEMBERS = Set.of("signedTimestamp");

    /** Reads a bundle's verification material. */
    public static SigstoreEvidence parse(StrictJson material) {
        material.allowOnly(MEMBERS);
        StrictJson certificate = material.object(CERTIFICATE);
        certificate.allowOnly(CERTIFICATE_MEMBERS);
        List<StrictJson> entries = material.objects(ENTRIES);
        if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
            throw material.fault("holds " + entries.size() + " log entries; 1 to " + MAX_ENTRIES + " are accepted");
        }
        return new SigstoreEvidence(certificate.base64("rawBytes"), entries.stream().map(LogEntry::parse).toList(), timestamps(material));
    }

    private static List<byte[]> timestamps(StrictJson material) {
        if (!material.has(TIMESTAMPS)) {
            return List.of();
        }
        StrictJson data = material.object(TIMESTAMPS);
        data.allowOnly(Set.of(RFC3161));
        List<StrictJson> timestamps = data.optionalObjects(RFC3161);
        if (timestamps.size() > MAX_TIMESTAMPS) {
            throw data.fault("holds " + timestamps.size() + " timestamps; at most " + MAX_TIMESTAMPS + " are accepted");
        }
        return timestamps.stream().map(SigstoreEvidence::timestamp).toList();
    }

    private static byte[] timestamp(StrictJson json) {
        json.allowOnly(TIMESTAMP_MEMBERS);
        byte[] response = json.base64("signedTimestamp");
        if (response.length > MAX_TIMESTAMP_BYTES) {
            throw json.fault("is " + response.length + " bytes long; no timestamp is");
        }
        return response;
    }
}
