package dev.lockstep.guard.device;

import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.internal.intoto.InTotoStatement;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.KeyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a device says of itself, in answer to somebody's question.
 *
 * @param device as its certificate calls it
 * @param keyId of its key
 * @param nonce of the question, 32 to 128 lower-case hex digits
 * @param audience who asks, as far as the device knows, if it was told; 1 to 253 visible ASCII characters
 * @param issuedAt when it was said
 * @param expiresAt when it ends to count
 * @param posture what the checks found; evidence is empty unless it was asked for, remedies are always
 * @param bootId of the running system, if it has one
 * @param policyDigest SHA-256 of the policy that is in force, if one is named
 * @param modelDigest SHA-256 of the model that is used, if one is named
 */
public record PostureStatement(String device, KeyId keyId, String nonce, Optional<String> audience, Instant issuedAt, Instant expiresAt,
        Posture posture, Optional<String> bootId, Optional<String> policyDigest, Optional<String> modelDigest) {
    static final String PREDICATE_TYPE = "https://lockstep.dev/attestation/device-posture/v1";

    /** 16 bytes: no two verifiers choose the same by chance. */
    public static final int MIN_NONCE_DIGITS = 32;

    public static final int MAX_NONCE_DIGITS = 128;

    /** As long as the name of a host may be. */
    public static final int MAX_AUDIENCE_CHARACTERS = 253;

    /** Far more than there are checks. */
    private static final int MAX_CHECKS = 200;

    /** A line for people. */
    static final int MAX_EVIDENCE_CHARACTERS = 1_000;

    /** A UUID. */
    private static final int BOOT_ID_CHARACTERS = 36;

    /** Where a UUID has its dashes. */
    private static final Set<Integer> BOOT_ID_DASHES = Set.of(8, 13, 18, 23);

    private static final Set<String> PREDICATE_MEMBERS =
            Set.of("nonce", "audience", "issuedAt", "expiresAt", "measuredAt", "checks", "bootId", "policyDigest", "modelDigest");
    private static final Set<String> CHECK_MEMBERS = Set.of("check", "status", "evidence");

    /** @throws IllegalArgumentException if a part of it is not as described */
    public PostureStatement {
        DeviceName.require(device);
        requireNonce(nonce);
        audience.ifPresent(PostureStatement::requireAudience);
        if (!issuedAt.isBefore(expiresAt)) {
            throw new IllegalArgumentException("issuedAt=" + issuedAt + " must be before expiresAt=" + expiresAt);
        }
        requireChecks(posture.results());
        bootId.filter(id -> !isBootId(id)).ifPresent(id -> {
            throw new IllegalArgumentException("bootId=" + id + " is no UUID in lower case");
        });
        policyDigest.ifPresent(digest -> requireDigest("policyDigest", digest));
        modelDigest.ifPresent(digest -> requireDigest("modelDigest", digest));
    }

    static void requireNonce(String nonce) {
        if (nonce.length() < MIN_NONCE_DIGITS || nonce.length() > MAX_NONCE_DIGITS || nonce.length() % 2 != 0 || !isHex(nonce)) {
            throw new IllegalArgumentException("nonce=" + nonce + " must be an even number of lower-case hex digits, " + MIN_NONCE_DIGITS + " to "
                    + MAX_NONCE_DIGITS);
        }
    }

    /** Text that is the same for whoever reads it, on every terminal. */
    static void requireAudience(String audience) {
        if (audience.isEmpty() || audience.length() > MAX_AUDIENCE_CHARACTERS || !audience.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new IllegalArgumentException("audience=" + audience + " must be 1 to " + MAX_AUDIENCE_CHARACTERS
                    + " visible ASCII characters, without spaces");
        }
    }

    private static void requireChecks(List<CheckResult> results) {
        if (results.size() > MAX_CHECKS) {
            throw new IllegalArgumentException("checks=" + results.size() + " must be at most " + MAX_CHECKS);
        }
        var seen = new HashSet<String>();
        for (CheckResult result : results) {
            DeviceName.require(result.check());
            if (!seen.add(result.check())) {
                throw new IllegalArgumentException("check=" + result.check() + " is there twice");
            }
            if (result.evidence().length() > MAX_EVIDENCE_CHARACTERS) {
                throw new IllegalArgumentException("evidence of " + result.check() + " must be at most " + MAX_EVIDENCE_CHARACTERS + " characters");
            }
        }
    }

    /** True for a UUID as Linux writes it. */
    static boolean isBootId(String text) {
        return text.length() == BOOT_ID_CHARACTERS && IntStream.range(0, BOOT_ID_CHARACTERS).allMatch(i ->
                BOOT_ID_DASHES.contains(i) ? text.charAt(i) == '-' : isHexDigit(text.charAt(i)));
    }

    static void requireDigest(String name, String digest) {
        if (!HashAlgorithm.SHA_256.isHex(digest)) {
            throw new IllegalArgumentException(name + '=' + digest + " must be 64 lower-case hex digits");
        }
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(PostureStatement::isHexDigit);
    }

    private static boolean isHexDigit(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }

    static PostureStatement parse(byte[] payload, String file) {
        var statement = InTotoStatement.parse(payload, file, PREDICATE_TYPE, DeviceTrustException.malformed());
        StrictJson predicate = statement.predicate();
        predicate.allowOnly(PREDICATE_MEMBERS);
        try {
            return new PostureStatement(statement.subject(), new KeyId(statement.sha256()), predicate.text("nonce"),
                    predicate.textIfPresent("audience"), Times.in(predicate, "issuedAt"), Times.in(predicate, "expiresAt"),
                    new Posture(Times.in(predicate, "measuredAt"), results(predicate)),
                    predicate.textIfPresent("bootId"), predicate.textIfPresent("policyDigest"), predicate.textIfPresent("modelDigest"));
        } catch (IllegalArgumentException e) {
            throw predicate.fault("cannot be: " + e.getMessage());
        }
    }

    private static List<CheckResult> results(StrictJson predicate) {
        var results = new ArrayList<CheckResult>();
        for (StrictJson check : predicate.objects("checks")) {
            check.allowOnly(CHECK_MEMBERS);
            results.add(new CheckResult(check.text("check"), status(check), check.textIfPresent("evidence").orElse(""), ""));
        }
        return results;
    }

    private static CheckStatus status(StrictJson check) {
        String word = check.text("status");
        for (CheckStatus status : CheckStatus.values()) {
            if (status.id().equals(word)) {
                return status;
            }
        }
        throw check.fault("has a status that is neither pass, fail nor unknown");
    }

    byte[] toJson() {
        return InTotoStatement.json(device, keyId.hex(), PREDICATE_TYPE, predicate -> {
            predicate.put("nonce", nonce);
            audience.ifPresent(who -> predicate.put("audience", who));
            predicate.put("issuedAt", issuedAt.toString()).put("expiresAt", expiresAt.toString()).put("measuredAt", posture.at().toString());
            bootId.ifPresent(id -> predicate.put("bootId", id));
            policyDigest.ifPresent(digest -> predicate.put("policyDigest", digest));
            modelDigest.ifPresent(digest -> predicate.put("modelDigest", digest));
            var checks = predicate.putArray("checks");
            posture.results().forEach(result -> write(result, checks.addObject()));
        });
    }

    private static void write(CheckResult result, ObjectNode check) {
        check.put("check", result.check()).put("status", result.status().id());
        if (!result.evidence().isEmpty()) {
            check.put("evidence", result.evidence());
        }
    }
}
