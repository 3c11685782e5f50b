package dev.lockstep.guard.device;

import dev.lockstep.guard.device.DeviceTrustException.Reason;
import dev.lockstep.guard.internal.crypto.Ed25519;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.loader.internal.files.BoundedFile;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.TrustedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;

/**
 * What a server or an administrator runs to tell a managed device that is fit from any other. Nothing is remembered but by the store of
 * nonces; no network is asked. Immutable.
 *
 * @param administrators whose certificates count
 * @param rules what else is asked
 * @param attestations decides about evidence of hardware
 * @param clock what time it is
 */
public record StatementVerifier(TrustedKeys administrators, StatementRules rules, AttestationVerifier attestations, InstantSource clock) {
    /** Statements of devices are not longer. */
    public static final int MAX_STATEMENT_BYTES = DeviceStatement.MAX_BYTES;

    /** Without evidence of hardware, with the clock of this machine. */
    public static StatementVerifier of(TrustedKeys administrators, StatementRules rules) {
        return new StatementVerifier(administrators, rules, AttestationVerifier.NONE, InstantSource.system());
    }

    /**
     * Verifies a statement. Its nonce is used up if everything but the checks is as it should be: who has no certificate cannot use up
     * anybody's, and who is not fit has to ask again.
     *
     * @param json what the device has sent
     * @param name what to call it in messages
     * @param nonces which questions it may answer
     * @throws DeviceTrustException if it does not count
     */
    public VerifiedStatement verify(byte[] json, String name, NonceStore nonces) {
        var sent = DeviceStatement.parse(json, name);
        Instant now = clock.instant();
        DeviceCertificate device = sent.certificate().verify(administrators);
        device.requireValid(now, name);
        if (rules.revokedKeys().contains(device.keyId())) {
            throw new DeviceTrustException(Reason.REVOKED, name, "the key " + device.keyId() + " of " + device.name() + " is revoked");
        }
        PostureStatement statement = signedBy(device, sent);
        requireTime(statement, now, name);
        requireFreshChecks(statement, name);
        requireAudience(statement, name);
        boolean attested = attestations.verify(sent.attestation(), sent.sha256(), device);
        if (!nonces.redeem(statement.nonce())) {
            throw new DeviceTrustException(Reason.NONCE, name, "the statement answers a question that nobody has asked, or that was answered before");
        }
        requireChecks(statement, name);
        return new VerifiedStatement(device, statement, attested);
    }

    /**
     * The same from a file.
     *
     * @throws KeyFileException if the file cannot be read
     * @throws DeviceTrustException if it does not count
     */
    public VerifiedStatement verify(Path statement, NonceStore nonces) {
        byte[] json = BoundedFile.read(statement, DeviceStatement.MAX_BYTES, ", so it is no statement of a device", DeviceTrustException.unread());
        return verify(json, statement.toString(), nonces);
    }

    private static PostureStatement signedBy(DeviceCertificate device, DeviceStatement sent) {
        String file = sent.file();
        if (!sent.statement().keyId().equals(device.keyId())) {
            throw new DeviceTrustException(Reason.OTHER_DEVICE, file, "the statement is signed with the key " + sent.statement().keyId()
                    + ", the certificate is for the key " + device.keyId());
        }
        if (!Ed25519.verify(device.key(), sent.statement().signedText(), sent.statement().signature())) {
            throw new DeviceTrustException(Reason.STATEMENT_SIGNATURE, file, "the signature of " + device.name()
                    + " does not verify: the statement was changed, or made by somebody else");
        }
        PostureStatement statement = PostureStatement.parse(sent.statement().payload(), file);
        if (!statement.keyId().equals(device.keyId()) || !statement.device().equals(device.name())) {
            throw new DeviceTrustException(Reason.OTHER_DEVICE, file, "the statement is about " + statement.device() + " with the key " + statement.keyId()
                    + ", the certificate about " + device.name() + " with the key " + device.keyId());
        }
        return statement;
    }

    private void requireTime(PostureStatement statement, Instant now, String file) {
        String problem = null;
        if (now.isAfter(statement.expiresAt())) {
            problem = "has expired at " + statement.expiresAt();
        } else if (now.plus(rules.clockSkew()).isBefore(statement.issuedAt())) {
            problem = "is from the future, of " + statement.issuedAt();
        } else if (Duration.between(statement.issuedAt(), statement.expiresAt()).compareTo(rules.maxLifetime()) > 0) {
            problem = "wants to count until " + statement.expiresAt() + ", for longer than " + rules.maxLifetime().toSeconds() + " s";
        }
        if (problem != null) {
            throw new DeviceTrustException(Reason.STATEMENT_TIME, file, "the statement " + problem + "; it is " + now);
        }
    }

    /** Signed now says nothing about when it was looked. */
    private void requireFreshChecks(PostureStatement statement, String file) {
        Instant measuredAt = statement.posture().at();
        Duration age = Duration.between(measuredAt, statement.issuedAt());
        if (age.compareTo(rules.maxAge()) > 0 || age.negated().compareTo(rules.clockSkew()) > 0) {
            throw new DeviceTrustException(Reason.STATEMENT_TIME, file, "the statement of " + statement.issuedAt() + " is about checks of " + measuredAt
                    + "; they have to be made with it, at most " + rules.maxAge().toSeconds() + " s before");
        }
    }

    private void requireAudience(PostureStatement statement, String file) {
        if (!statement.audience().equals(rules.audience())) {
            throw new DeviceTrustException(Reason.AUDIENCE, file, "the statement is for " + statement.audience().orElse("nobody by name")
                    + ", and has to be for " + rules.audience().orElse("nobody by name"));
        }
    }

    private void requireChecks(PostureStatement statement, String file) {
        for (String check : new TreeSet<>(rules.requiredChecks())) {
            CheckStatus status = statement.posture().result(check).map(CheckResult::status).orElse(CheckStatus.UNKNOWN);
            if (status != CheckStatus.PASS) {
                throw new DeviceTrustException(Reason.CHECK, file, "the device " + statement.device() + " is not fit: " + check + " is "
                        + status.id());
            }
        }
    }
}
