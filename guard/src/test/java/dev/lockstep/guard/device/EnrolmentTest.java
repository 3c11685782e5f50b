package dev.lockstep.guard.device;

import static dev.lockstep.guard.device.TestDevice.ADMINISTRATOR;
import static dev.lockstep.guard.device.TestDevice.ADMINISTRATORS;
import static dev.lockstep.guard.device.TestDevice.CLOCK;
import static dev.lockstep.guard.device.TestDevice.NONCE;
import static dev.lockstep.guard.device.TestDevice.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.guard.device.DeviceTrustException.Reason;
import dev.lockstep.guard.device.Enrolment.Question;
import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolmentTest {
    private static final Posture POSTURE = new Posture(NOW, List.of(
            new CheckResult("disk.encryption", CheckStatus.PASS, "/dev/mapper/anna is CRYPT-LUKS2", ""),
            new CheckResult("swap", CheckStatus.FAIL, "x".repeat(5_000), "swapoff /dev/sda2")));

    @TempDir
    private Path temporary;
    private Path folder;
    private DeviceKey key;

    @BeforeEach
    void makeKey() {
        folder = temporary.resolve("device");
        key = DeviceKey.create(folder, "till-7");
    }

    @Test
    void anEnrolledDeviceAnswersWhatItsAdministratorAccepts() {
        enrol();
        VerifiedStatement verified = verify(answer(false));
        assertThat(verified.device().name()).isEqualTo("till-7.shop");
        assertThat(verified.statement().nonce()).isEqualTo(NONCE);
        assertThat(verified.statement().expiresAt()).isEqualTo(NOW.plusSeconds(60));
        assertThat(verified.statement().policyDigest()).contains("b".repeat(64));
        assertThat(verified.statement().posture().results()).extracting(CheckResult::status).containsExactly(CheckStatus.PASS, CheckStatus.FAIL);
    }

    @Test
    void whatTheChecksHaveSeenIsToldOnlyIfAskedFor() {
        enrol();
        assertThat(verify(answer(false)).statement().posture().results()).allSatisfy(result -> assertThat(result.evidence()).isEmpty());
        List<CheckResult> told = verify(answer(true)).statement().posture().results();
        assertThat(told.getFirst().evidence()).contains("LUKS2");
        assertThat(told.getLast().evidence()).hasSize(PostureStatement.MAX_EVIDENCE_CHARACTERS);
        assertThat(told).allSatisfy(result -> assertThat(result.remedy()).isEmpty());
    }

    @Test
    void aCertificateForAnotherKeyIsNotStored() {
        TestDevice other = TestDevice.of("till-8");
        assertNotStored(Reason.OTHER_DEVICE, other.certificate(), ADMINISTRATORS);
    }

    @Test
    void aCertificateByAnUnknownAdministratorIsNotStored() {
        var others = TrustedKeys.of(SigningKeys.generate(SigningAlgorithm.P256).getPublic());
        assertNotStored(Reason.ADMINISTRATOR, certificate(NOW.plus(Duration.ofDays(1))), others);
    }

    @Test
    void anExpiredCertificateIsNotStored() {
        assertNotStored(Reason.CERTIFICATE_TIME, certificate(NOW.minusSeconds(1)), ADMINISTRATORS);
    }

    @Test
    void aNewCertificateReplacesTheOldOne() {
        enrol();
        var longer = certificate(NOW.plus(Duration.ofDays(900)));
        Enrolment.store(folder, SignedCertificate.sign(longer, ADMINISTRATOR), ADMINISTRATORS, CLOCK);
        assertThat(Enrolment.open(folder).certificate().verify(ADMINISTRATORS)).isEqualTo(longer);
    }

    @Test
    void aDeviceWithoutACertificateIsToldWhatToDo() {
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> Enrolment.open(folder)).withMessageContaining("lockstep device enrol");
    }

    @Test
    void theCertificateOfAnotherKeyThatWasPutThereIsNoticed() throws IOException {
        enrol();
        Files.write(certificateFile(), TestDevice.of("till-8").signedCertificate().toJson());
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> Enrolment.open(folder))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_DEVICE));
    }

    @Test
    void aDamagedCertificateIsMalformed() throws IOException {
        enrol();
        Files.writeString(certificateFile(), "{}");
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> Enrolment.open(folder))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
        Files.write(certificateFile(), new byte[SignedCertificate.MAX_BYTES + 1]);
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> Enrolment.open(folder)).withMessageContaining("is larger than")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "0011223344556677889 aabbccddeeff", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff0"})
    void aNonceIsHexDigits(String nonce) {
        assertThatIllegalArgumentException().isThrownBy(() -> question(nonce, "jobs.example.com", 1)).withMessageContaining("nonce=");
    }

    /** Before a model is verified for it, which takes long. */
    @Test
    void aQuestionIsCheckedWhenItIsAsked() {
        assertThatIllegalArgumentException().isThrownBy(() -> question(NONCE, "a b", 1)).withMessageContaining("audience=");
        assertThatIllegalArgumentException().isThrownBy(() -> question(NONCE, "a", 0)).withMessageContaining("lifetime=");
        Question good = question(NONCE, "a", 1);
        assertThatIllegalArgumentException().isThrownBy(() -> good.about(Optional.of("b"), Optional.empty())).withMessageContaining("policyDigest=");
        assertThatIllegalArgumentException().isThrownBy(() -> good.about(Optional.empty(), Optional.of("m"))).withMessageContaining("modelDigest=");
    }

    @Test
    void theAnswerNamesWhoAskedAndWhatIsInUse() {
        enrol();
        Question question = question(NONCE, "jobs.example.com", 60).about(Optional.of("b".repeat(64)), Optional.of("a".repeat(64)));
        byte[] answer = Enrolment.open(folder).answer(question, POSTURE, Attestor.NONE, CLOCK);
        PostureStatement says = new StatementVerifier(ADMINISTRATORS, StatementRules.DEFAULT.addressedTo("jobs.example.com"), AttestationVerifier.NONE, CLOCK)
                .verify(answer, "answer", NonceStore.once(NONCE)).statement();
        assertThat(says.audience()).contains("jobs.example.com");
        assertThat(says.policyDigest()).contains("b".repeat(64));
        assertThat(says.modelDigest()).contains("a".repeat(64));
    }

    @Test
    void timesAreToTheSecond() {
        enrol();
        var clock = InstantSource.fixed(NOW.plusMillis(900));
        byte[] answer = Enrolment.open(folder).answer(question(NONCE, "a", 60), new Posture(NOW.plusMillis(800), List.of()), Attestor.NONE, clock);
        StatementRules strict = new StatementRules(Set.of(), Set.of(), Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO, Optional.of("a"));
        PostureStatement says = new StatementVerifier(ADMINISTRATORS, strict, AttestationVerifier.NONE, clock)
                .verify(answer, "answer", NonceStore.once(NONCE)).statement();
        assertThat(says.issuedAt()).isEqualTo(NOW).isEqualTo(says.posture().at());
    }

    /** What the system calls its boot is not the mistake of whoever asks. */
    @Test
    void aBootThatHasNoUuidIsNotNamed() throws IOException {
        Path file = Files.writeString(temporary.resolve("boot_id"), "6f3f1d5c-0f4b-4a5b-9d0e-0123456789ab\n");
        assertThat(Enrolment.bootId(file)).contains("6f3f1d5c-0f4b-4a5b-9d0e-0123456789ab");
        for (String other : List.of("", "-".repeat(36), "6F3F1D5C-0F4B-4A5B-9D0E-0123456789AB", "\u00e9")) {
            assertThat(Enrolment.bootId(Files.writeString(file, other))).as(other).isEmpty();
        }
        assertThat(Enrolment.bootId(temporary.resolve("none"))).isEmpty();
    }

    private static Question question(String nonce, String audience, long seconds) {
        return new Question(nonce, Optional.of(audience), Duration.ofSeconds(seconds), false, Optional.empty(), Optional.empty());
    }

    @Test
    void theCertificateSaysNothingButWhatItIsFor() {
        String json = new String(certificate(NOW.plusSeconds(60)).toJson(), StandardCharsets.UTF_8);
        assertThat(json).contains("\"name\":\"till-7.shop\"", "https://lockstep.dev/attestation/device-certificate/v1", key.id().hex(),
                "\"groups\":[\"tills\"]", "\"notAfter\":\"2026-11-27T12:01:00Z\"");
    }

    private DeviceCertificate certificate(Instant notAfter) {
        return new DeviceCertificate("till-7.shop", key.publicKey(), notAfter.minus(Duration.ofDays(1_000)), notAfter, Set.of("tills"));
    }

    private void enrol() {
        var certificate = certificate(NOW.plus(Duration.ofDays(1)));
        assertThat(Enrolment.store(folder, SignedCertificate.sign(certificate, ADMINISTRATOR), ADMINISTRATORS, CLOCK)).isEqualTo(certificate);
    }

    private byte[] answer(boolean withEvidence) {
        var question = new Question(NONCE, Optional.empty(), Duration.ofMinutes(1), withEvidence, Optional.of("b".repeat(64)), Optional.empty());
        return Enrolment.open(folder).answer(question, POSTURE, Attestor.NONE, CLOCK);
    }

    private static VerifiedStatement verify(byte[] answer) {
        return new StatementVerifier(ADMINISTRATORS, StatementRules.DEFAULT, AttestationVerifier.NONE, CLOCK)
                .verify(answer, "answer", NonceStore.once(NONCE));
    }

    private void assertNotStored(Reason reason, DeviceCertificate certificate, TrustedKeys administrators) {
        var signed = SignedCertificate.sign(certificate, ADMINISTRATOR);
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> Enrolment.store(folder, signed, administrators, CLOCK))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(certificateFile()).doesNotExist();
    }

    private Path certificateFile() {
        return folder.resolve("device.certificate.json");
    }
}
