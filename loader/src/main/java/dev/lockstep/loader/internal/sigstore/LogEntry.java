package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An entry of a transparency log as a bundle presents it, nothing of it verified: protobuf-specs' {@code TransparencyLogEntry}.
 *
 * @param index in the whole log
 * @param kind with the version: {@code dsse 0.0.1}
 * @param integratedTime when the log says it took the entry, in seconds since 1970; worth something only if the timestamp is there
 * @param entryTimestamp the log's signature over time, index and body, in Rekor v1
 * @param body what was logged
 */
record LogEntry(long index, byte[] logId, String kind, long integratedTime, Optional<byte[]> entryTimestamp, InclusionProof proof,
        byte[] body) {
    private static final String SUPPORTED_KIND = DsseEntry.KIND + ' ' + DsseEntry.VERSION;

    /** End of the year 9999: later times are mistakes, and more than dates in certificates can say. */
    private static final long MAX_TIME = 253_402_300_799L;

    private static final Set<String> MEMBERS = Set.of("logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise",
            "inclusionProof", "canonicalizedBody");
    private static final Set<String> KIND_MEMBERS = Set.of("kind", "version");
    private static final Set<String> PROMISE_MEMBERS = Set.of("signedEntryTimestamp");

    static LogEntry parse(StrictJson json) {
        json.allowOnly(MEMBERS);
        StrictJson kind = json.object("kindVersion");
        kind.allowOnly(KIND_MEMBERS);
        long time = json.decimal("integratedTime");
        if (time > MAX_TIME) {
            throw json.fault("member \"integratedTime\" is later than the year 9999");
        }
        return new LogEntry(json.decimal("logIndex"), TransparencyLog.id(json), kind.text("kind") + ' ' + kind.text("version"), time,
                entryTimestamp(json), InclusionProof.parse(json.object("inclusionProof")), json.base64("canonicalizedBody"));
    }

    private static Optional<byte[]> entryTimestamp(StrictJson json) {
        if (!json.has("inclusionPromise")) {
            return Optional.empty();
        }
        StrictJson promise = json.object("inclusionPromise");
        promise.allowOnly(PROMISE_MEMBERS);
        return Optional.of(promise.base64("signedEntryTimestamp"));
    }

    /**
     * The log that has this entry about this content. Where the entry carries a signed timestamp, the time is that log's word, too.
     *
     * @throws ModelSignatureException if no known log has it, or any part of the evidence is wrong
     */
    TransparencyLog requireLogged(SignedContent content, List<TransparencyLog> logs, String file) {
        if (!kind.equals(SUPPORTED_KIND)) {
            throw new ModelSignatureException(Reason.METHOD_UNSUPPORTED, file, "has a log entry of the kind \"" + kind
                    + "\"; this build verifies \"" + SUPPORTED_KIND + "\" of Rekor v1");
        }
        TransparencyLog log = TransparencyLog.find(logs, logId).orElseThrow(() -> invalid(file, "is of the log "
                + HexFormat.of().formatHex(logId) + ", which the trusted root does not know"));
        log.requireUsable(file);
        DsseEntry.requireAbout(body, content, file);
        proof.requireIncluded(body, log, file);
        if (entryTimestamp.isPresent() && !log.key().verify(promisedText(), entryTimestamp.get())) {
            throw invalid(file, "has a timestamp that was not signed with the key of " + log.host());
        }
        return log;
    }

    /** What the log signs: JSON in its canonical form, RFC 8785, which for these four members needs no escapes. */
    private byte[] promisedText() {
        return ("{\"body\":\"" + Base64.getEncoder().encodeToString(body) + "\",\"integratedTime\":" + integratedTime + ",\"logID\":\""
                + HexFormat.of().formatHex(logId) + "\",\"logIndex\":" + index + '}').getBytes(StandardCharsets.UTF_8);
    }

    /** When the log took the entry, if it signed that. */
    Optional<Instant> promisedTime() {
        return entryTimestamp.map(_ -> Instant.ofEpochSecond(integratedTime));
    }

    private static ModelSignatureException invalid(String file, String problem) {
        return new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the log entry " + problem);
    }
}
