package dev.lockstep.guard.device;

import dev.lockstep.guard.device.DeviceTrustException.Reason;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.internal.files.WholeFile;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A device that has a certificate, and so can speak to others. Immutable.
 *
 * @param key of the device
 * @param certificate of that key
 */
public record Enrolment(DeviceKey key, SignedCertificate certificate) {
    /** Beside the key. */
    private static final String CERTIFICATE = "device.certificate.json";

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /**
     * What a device says beside its posture.
     *
     * @param nonce of whoever asks
     * @param audience who asks, if the device is to say whom it answers
     * @param lifetime how long the statement is to count
     * @param withEvidence false to leave out what the checks have seen: it names files and users
     * @param policyDigest SHA-256 of the policy that is in force, if it is to be named
     * @param modelDigest SHA-256 of the model that is used, if it is to be named
     */
    public record Question(String nonce, Optional<String> audience, Duration lifetime, boolean withEvidence, Optional<String> policyDigest,
            Optional<String> modelDigest) {
        /** @throws IllegalArgumentException if the nonce, the audience or a digest is none, or the lifetime is not positive */
        public Question {
            PostureStatement.requireNonce(nonce);
            audience.ifPresent(PostureStatement::requireAudience);
            if (!lifetime.isPositive()) {
                throw new IllegalArgumentException("lifetime=" + lifetime + " must be positive");
            }
            policyDigest.ifPresent(digest -> PostureStatement.requireDigest("policyDigest", digest));
            modelDigest.ifPresent(digest -> PostureStatement.requireDigest("modelDigest", digest));
        }

        /** The same, with what is in use. */
        public Question about(Optional<String> policySha256, Optional<String> modelSha256) {
            return new Question(nonce, audience, lifetime, withEvidence, policySha256, modelSha256);
        }
    }

    /**
     * Stores a certificate beside the key of this device; one that is there is replaced.
     *
     * @param administrators one of whom must have signed it
     * @throws DeviceTrustException if it is not signed by one of them, not for this key, or has expired
     */
    public static DeviceCertificate store(Path folder, SignedCertificate certificate, TrustedKeys administrators, InstantSource clock) {
        DeviceKey key = DeviceKey.open(folder);
        DeviceCertificate checked = certificate.verify(administrators);
        requireOf(key, checked, folder);
        checked.requireNotExpired(clock.instant(), folder.toString());
        Path file = folder.resolve(CERTIFICATE);
        try {
            WholeFile.replace(file, certificate.toJson(), WholeFile.ownerOnly(file));
        } catch (IOException e) {
            throw new KeyFileException(file.toString(), "cannot be written: " + e, e);
        }
        return checked;
    }

    /**
     * The enrolment of this device.
     *
     * @throws KeyFileException if the device has no key or no certificate, or they cannot be read
     * @throws DeviceTrustException if the certificate is malformed, or that of another key
     */
    public static Enrolment open(Path folder) {
        DeviceKey key = DeviceKey.open(folder);
        Path file = folder.resolve(CERTIFICATE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new KeyFileException(file.toString(), "does not exist: the device is not enrolled; have its key certified, then lockstep device enrol");
        }
        SignedCertificate certificate = SignedCertificate.read(file);
        requireOf(key, certificate.unverified(), folder);
        return new Enrolment(key, certificate);
    }

    private static void requireOf(DeviceKey key, DeviceCertificate certificate, Path folder) {
        if (!certificate.keyId().equals(key.id())) {
            throw new DeviceTrustException(Reason.OTHER_DEVICE, folder.toString(), "the certificate of " + certificate.name() + " is for the key "
                    + certificate.keyId() + ", the key of this device is " + key.id());
        }
    }

    /**
     * Answers a question.
     *
     * @param posture of this device now
     * @param attestor asks its hardware
     * @return JSON text in UTF-8, for {@link StatementVerifier}
     */
    public byte[] answer(Question question, Posture posture, Attestor attestor, InstantSource clock) {
        Instant now = Times.toSecond(clock.instant());
        var stated = new Posture(Times.toSecond(posture.at()),
                posture.results().stream().map(result -> stated(result, question.withEvidence())).toList());
        var statement = new PostureStatement(certificate.unverified().name(), key.id(), question.nonce(), question.audience(), now,
                now.plus(question.lifetime()), stated, bootId(BOOT_ID), question.policyDigest(), question.modelDigest());
        return DeviceStatement.sign(statement, key, certificate, attestor).toJson();
    }

    private static CheckResult stated(CheckResult result, boolean withEvidence) {
        String evidence = withEvidence ? result.evidence() : "";
        int length = Math.min(evidence.length(), PostureStatement.MAX_EVIDENCE_CHARACTERS);
        return new CheckResult(result.check(), result.status(), evidence.substring(0, length), "");
    }

    /** What is no id is left out, as where there is none. */
    static Optional<String> bootId(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip()).filter(PostureStatement::isBootId);
        } catch (IOException _) {
            // other systems have none
            return Optional.empty();
        }
    }
}
