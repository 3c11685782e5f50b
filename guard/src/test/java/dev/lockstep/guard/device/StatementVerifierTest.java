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
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.signing.Dsse;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class StatementVerifierTest {
    private final TestDevice device = TestDevice.of("till-7");
    private final TestDevice other = TestDevice.of("till-8");

    @Test
    void aStatementThatIsAsItShouldBeCounts() {
        VerifiedStatement verified = verifier(StatementRules.DEFAULT.requiring(Set.of("disk.encryption"))).verify(device.statement(), "s", once());
        assertThat(verified.device()).isEqualTo(device.certificate());
        assertThat(verified.statement()).isEqualTo(device.says());
        assertThat(verified.isAttested()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void administratorsMayHaveAnyKeyThatSignsModels(SigningAlgorithm algorithm) {
        KeyPair administrator = SigningKeys.generate(algorithm);
        byte[] statement = device.statement(device.says(), SignedCertificate.sign(device.certificate(), administrator));
        var verifier = new StatementVerifier(TrustedKeys.of(ADMINISTRATOR.getPublic(), administrator.getPublic()), StatementRules.DEFAULT,
                AttestationVerifier.NONE, CLOCK);
        assertThat(verifier.verify(statement, "s", once()).device().name()).isEqualTo("till-7");
    }

    @Test
    void noByteCanBeChangedUnnoticed() {
        byte[] statement = device.statement();
        var verifier = verifier(StatementRules.DEFAULT);
        for (int i : positions(statement).toArray()) {
            byte[] changed = statement.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertThatExceptionOfType(DeviceTrustException.class).as("byte %d", i).isThrownBy(() -> verifier.verify(changed, "s", once()));
        }
    }

    /** The first and last characters of all that stands between marks, the marks, and some all over the rest; not all, which takes seconds. */
    private static IntStream positions(byte[] text) {
        int step = 13;
        return IntStream.range(0, text.length).filter(i -> i % step == 0 || isMark(text, i - 1) || isMark(text, i) || isMark(text, i + 1));
    }

    private static boolean isMark(byte[] text, int i) {
        return i < 0 || i >= text.length || !Character.isLetterOrDigit(text[i]);
    }

    @Test
    void noByteCanBeLeftOut() {
        byte[] statement = device.statement();
        for (int length : positions(statement).toArray()) {
            assertRefused(Reason.MALFORMED, Arrays.copyOf(statement, length));
        }
    }

    @Test
    void aCertificateByAnUnknownAdministratorIsRefused() {
        KeyPair stranger = SigningKeys.generate(SigningAlgorithm.P256);
        assertRefused(Reason.ADMINISTRATOR, device.statement(device.says(), SignedCertificate.sign(device.certificate(), stranger)));
    }

    /** The stranger puts the id of the administrator's key on it. */
    @Test
    void aForgedCertificateIsRefused() {
        KeyPair stranger = SigningKeys.generate(SigningAlgorithm.P256);
        String forged = text(SignedCertificate.sign(device.certificate(), stranger).toJson())
                .replace(KeyId.of(stranger.getPublic()).hex(), KeyId.of(ADMINISTRATOR.getPublic()).hex());
        assertRefused(Reason.CERTIFICATE_SIGNATURE, device.statement(device.says(), SignedCertificate.parse(bytes(forged), "forged")));
    }

    @Test
    void aStatementIsNoCertificate() {
        KeyPair keys = ADMINISTRATOR;
        Envelope envelope = Envelope.sign(device.says().toJson(), KeyId.of(keys.getPublic()),
                text -> Dsse.sign(keys.getPrivate(), SigningAlgorithm.P256, text));
        var json = JsonMapper.shared().createObjectNode();
        envelope.writeTo(json);
        assertRefused(Reason.MALFORMED, device.statement(device.says(), SignedCertificate.parse(bytes(json.toString()), "c")));
    }

    @ParameterizedTest
    @ValueSource(longs = {-86_401, 86_401})
    void aCertificateCountsFromItsBeginningToItsEnd(long seconds) {
        Instant then = NOW.plusSeconds(seconds);
        byte[] statement = device.statement(device.says(then, then.plusSeconds(60)), device.signedCertificate());
        assertRefused(Reason.CERTIFICATE_TIME, statement, at(then));
        Instant still = NOW.plusSeconds(seconds > 0 ? seconds - 1 : seconds + 1);
        byte[] good = device.statement(device.says(still, still.plusSeconds(60)), device.signedCertificate());
        assertThat(at(still).verify(good, "s", once()).statement().issuedAt()).isEqualTo(still);
    }

    @Test
    void theCertificateOfAnotherDeviceIsRefused() {
        assertRefused(Reason.OTHER_DEVICE, device.statement(device.says(), other.signedCertificate()));
    }

    /** Signed by the other key, in the name of this one. */
    @Test
    void aStatementThatAnotherKeySignedIsRefused() {
        var forged = Envelope.sign(device.says().toJson(), device.id(), other::sign);
        assertRefused(Reason.STATEMENT_SIGNATURE, new DeviceStatement("s", device.signedCertificate(), forged, Optional.empty()).toJson());
    }

    @Test
    void aDeviceSpeaksForItselfAlone() {
        var about = Envelope.sign(other.says().toJson(), device.id(), device::sign);
        assertRefused(Reason.OTHER_DEVICE, new DeviceStatement("s", device.signedCertificate(), about, Optional.empty()).toJson());
        TestDevice renamed = new TestDevice("till-9", device.keys());
        assertRefused(Reason.OTHER_DEVICE, renamed.statement(renamed.says(), device.signedCertificate()));
    }

    @Test
    void aStatementEndsToCount() {
        byte[] statement = device.statement();
        assertThat(at(NOW.plusSeconds(300)).verify(statement, "s", once())).isNotNull();
        assertRefused(Reason.STATEMENT_TIME, statement, at(NOW.plusSeconds(301)));
    }

    @Test
    void aStatementFromTheFutureIsRefused() {
        byte[] statement = device.statement();
        assertThat(at(NOW.minusSeconds(60)).verify(statement, "s", once())).isNotNull();
        assertRefused(Reason.STATEMENT_TIME, statement, at(NOW.minusSeconds(61)));
    }

    @Test
    void noStatementCountsForLongerThanTheVerifierWants() {
        assertRefused(Reason.STATEMENT_TIME, device.statement(device.says(NOW, NOW.plusSeconds(601)), device.signedCertificate()));
        assertRefused(Reason.STATEMENT_TIME, device.statement(device.says(Instant.MIN, Instant.MAX), device.signedCertificate()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-60, -1, 0, 60})
    void checksThatWereMadeWithAStatementCount(long seconds) {
        byte[] statement = measuredAt(NOW.plusSeconds(seconds));
        assertThat(verifier(StatementRules.DEFAULT).verify(statement, "s", once()).statement().posture().at()).isEqualTo(NOW.plusSeconds(seconds));
    }

    /** Signed now, of a device as it once was. */
    @ParameterizedTest
    @ValueSource(strings = {"2026-11-27T11:58:59Z", "2026-11-27T12:01:01Z", "-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59.999999999Z"})
    void checksOfAnotherTimeAreRefused(Instant measuredAt) {
        assertRefused(Reason.STATEMENT_TIME, measuredAt(measuredAt));
    }

    private byte[] measuredAt(Instant time) {
        return device.statement(device.says(NOW, NOW.plusSeconds(60), time, Optional.empty()), device.signedCertificate());
    }

    @Test
    void aStatementIsForWhomItNames() {
        VerifiedStatement verified = verifier(StatementRules.DEFAULT.addressedTo("jobs.example.com")).verify(addressedTo("jobs.example.com"), "s", once());
        assertThat(verified.statement().audience()).contains("jobs.example.com");
    }

    /** A machine that nobody manages asks one that is managed, and shows its answer as its own. */
    @Test
    void aStatementForSomebodyElseIsRefused() {
        StatementVerifier server = verifier(StatementRules.DEFAULT.addressedTo("jobs.example.com"));
        assertRefused(Reason.AUDIENCE, addressedTo("jobs.example.org"), server);
        assertRefused(Reason.AUDIENCE, device.statement(), server);
        assertRefused(Reason.AUDIENCE, addressedTo("jobs.example.com"));
    }

    private byte[] addressedTo(String audience) {
        return device.statement(device.says(NOW, NOW.plusSeconds(60), NOW, Optional.of(audience)), device.signedCertificate());
    }

    @Test
    void anAudienceIsPlainText() {
        for (String audience : List.of("", "a b", "a\nb", "\u00e9", "\u202e", "a".repeat(254))) {
            assertThatIllegalArgumentException().isThrownBy(() -> StatementRules.DEFAULT.addressedTo(audience)).withMessageContaining("audience=");
            assertThatIllegalArgumentException().isThrownBy(() -> addressedTo(audience)).withMessageContaining("audience=");
        }
        assertThat(StatementRules.DEFAULT.addressedTo("a".repeat(253)).audience()).isPresent();
    }

    @Test
    void noTimeOfTheRulesIsNegative() {
        Duration no = Duration.ofNanos(-1);
        Duration none = Duration.ZERO;
        assertThatIllegalArgumentException().isThrownBy(() -> rules(no, none, none)).withMessageContaining("maxLifetime=");
        assertThatIllegalArgumentException().isThrownBy(() -> rules(none, no, none)).withMessageContaining("maxAge=");
        assertThatIllegalArgumentException().isThrownBy(() -> rules(none, none, no)).withMessageContaining("clockSkew=");
        assertThat(rules(none, none, none).clockSkew()).isZero();
    }

    private static StatementRules rules(Duration maxLifetime, Duration maxAge, Duration clockSkew) {
        return new StatementRules(Set.of(), Set.of(), maxLifetime, maxAge, clockSkew, Optional.empty());
    }

    @Test
    void anAnswerToAnotherQuestionIsRefused() {
        NonceStore asked = NonceStore.once("f" + NONCE.substring(1));
        assertThatExceptionOfType(DeviceTrustException.class)
                .isThrownBy(() -> verifier(StatementRules.DEFAULT).verify(device.statement(), "s", asked))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NONCE));
    }

    @Test
    void anAnswerCountsOnce() {
        var nonces = new IssuedNonces(CLOCK, Duration.ofMinutes(1), 8);
        PostureStatement says = withNonce(nonces.issue().orElseThrow());
        byte[] statement = device.statement(says, device.signedCertificate());
        var verifier = verifier(StatementRules.DEFAULT);
        assertThat(verifier.verify(statement, "s", nonces).statement()).isEqualTo(says);
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> verifier.verify(statement, "s", nonces))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NONCE));
    }

    /** Otherwise anybody could make the answers of others worthless. */
    @Test
    void whoIsNobodyUsesUpNoNonce() {
        NonceStore nonce = once();
        KeyPair stranger = SigningKeys.generate(SigningAlgorithm.P256);
        byte[] foreign = other.statement(other.says(), SignedCertificate.sign(other.certificate(), stranger));
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> verifier(StatementRules.DEFAULT).verify(foreign, "s", nonce));
        assertThat(verifier(StatementRules.DEFAULT).verify(device.statement(), "s", nonce)).isNotNull();
    }

    @Test
    void aRevokedDeviceIsRefused() {
        var verifier = verifier(StatementRules.DEFAULT.revoking(Set.of(device.id())));
        assertRefused(Reason.REVOKED, device.statement(), verifier);
        assertThat(verifier.verify(other.statement(), "s", once()).device().name()).isEqualTo("till-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"swap", "secure.boot", "never.made"})
    void aCheckThatIsRequiredMustHavePassed(String check) {
        assertRefused(Reason.CHECK, device.statement(), verifier(StatementRules.DEFAULT.requiring(Set.of("disk.encryption", check))));
    }

    /** The device signs what it found; who changes it afterwards has no key. */
    @Test
    void aPostureThatWasMadeBetterIsRefused() {
        String statement = text(device.statement());
        String payload = Base64.getEncoder().encodeToString(device.says().toJson());
        String better = Base64.getEncoder().encodeToString(bytes(text(device.says().toJson()).replace("fail", "pass")));
        assertThat(statement).contains(payload);
        assertRefused(Reason.STATEMENT_SIGNATURE, bytes(statement.replace(payload, better)));
    }

    @Test
    void evidenceOfTheHardwareIsBoundToTheStatement() {
        AttestationVerifier hardware = (attestation, digest, _) -> {
            if (attestation.isEmpty() || !Arrays.equals(attestation.get().evidence(), digest)) {
                throw new DeviceTrustException(Reason.ATTESTATION, "answer.json", "no evidence, or that of another statement");
            }
            return attestation.get().format().equals("test");
        };
        var verifier = new StatementVerifier(ADMINISTRATORS, StatementRules.DEFAULT, hardware, CLOCK);
        Attestor attestor = digest -> Optional.of(new Attestation("test", digest));
        DeviceStatement attested = DeviceStatement.sign(device.says(), device, device.signedCertificate(), attestor);
        assertThat(verifier.verify(attested.toJson(), "s", once()).isAttested()).isTrue();
        assertRefused(Reason.ATTESTATION, device.statement(), verifier);
        var foreign = new Attestation("test", Sha256.of(new byte[1]));
        assertRefused(Reason.ATTESTATION, new DeviceStatement("s", attested.certificate(), attested.statement(), Optional.of(foreign)).toJson(), verifier);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "null", "{\"format\":\"lockstep-device-statement/v2\"}",
        "{\"format\":\"lockstep-device-statement/v1\",\"format\":\"lockstep-device-statement/v1\"}"})
    void whatIsNoStatementIsMalformed(String text) {
        assertRefused(Reason.MALFORMED, bytes(text));
    }

    @Test
    void moreThanAnyStatementIsNotRead() {
        assertRefused(Reason.MALFORMED, new byte[StatementVerifier.MAX_STATEMENT_BYTES + 1]);
    }

    @Test
    void aFileIsReadAsWhatWasSent(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("answer.json");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> verifier(StatementRules.DEFAULT).verify(file, once()))
                .withMessageContaining("does not exist");
        Files.write(file, device.statement());
        assertThat(verifier(StatementRules.DEFAULT).verify(file, once()).device()).isEqualTo(device.certificate());
        Files.write(file, new byte[StatementVerifier.MAX_STATEMENT_BYTES + 1]);
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> verifier(StatementRules.DEFAULT).verify(file, once()))
                .withMessageContaining("is larger than").satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"extra\":1,\"nonce\"", "\"nonce\":\"00\",\"nonce\""})
    void membersThatNobodyKnowsAndTwinsAreRefused(String instead) {
        assertSignedAsIsIsRefused("\"nonce\"", instead);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"status\":\"fine\"", "\"status\":\"PASS\"", "\"status\":1", "\"status\":\"\""})
    void aStatusIsOneOfThree(String instead) {
        assertSignedAsIsIsRefused("\"status\":\"pass\"", instead);
    }

    @ParameterizedTest
    @ValueSource(strings = {"------------------------------------", "6f3f1d5c00f4b-4a5b-9d0e-0123456789ab", "6F3F1D5C-0f4b-4a5b-9d0e-0123456789ab",
        "6f3f1d5c-0f4b-4a5b-9d0e-0123456789a", "6f3f1d5c-0f4b-4a5b-9d0e-0123456789abc"})
    void aBootIsCalledByAUuid(String id) {
        assertSignedAsIsIsRefused("6f3f1d5c-0f4b-4a5b-9d0e-0123456789ab", id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk encryption", "../../etc", "", "swap", "Disk\\u001b[2J"})
    void namesOfChecksAreWordsAndEachIsThereOnce(String name) {
        assertSignedAsIsIsRefused("\"check\":\"disk.encryption\"", "\"check\":\"" + name + '"');
    }

    /** What a device signs is still not to be believed to be well-formed. */
    private void assertSignedAsIsIsRefused(String part, String instead) {
        String says = text(device.says().toJson());
        assertThat(says).contains(part);
        var envelope = Envelope.sign(bytes(says.replace(part, instead)), device.id(), device::sign);
        assertRefused(Reason.MALFORMED, new DeviceStatement("s", device.signedCertificate(), envelope, Optional.empty()).toJson());
    }

    private PostureStatement withNonce(String nonce) {
        PostureStatement says = device.says();
        return new PostureStatement(says.device(), says.keyId(), nonce, says.audience(), says.issuedAt(), says.expiresAt(), says.posture(), says.bootId(),
                says.policyDigest(), says.modelDigest());
    }

    private static StatementVerifier verifier(StatementRules rules) {
        return new StatementVerifier(ADMINISTRATORS, rules, AttestationVerifier.NONE, CLOCK);
    }

    private static StatementVerifier at(Instant now) {
        return new StatementVerifier(ADMINISTRATORS, StatementRules.DEFAULT, AttestationVerifier.NONE, InstantSource.fixed(now));
    }

    private static NonceStore once() {
        return NonceStore.once(NONCE);
    }

    private static void assertRefused(Reason reason, byte[] statement) {
        assertRefused(reason, statement, verifier(StatementRules.DEFAULT));
    }

    private static void assertRefused(Reason reason, byte[] statement, StatementVerifier verifier) {
        assertThatExceptionOfType(DeviceTrustException.class).isThrownBy(() -> verifier.verify(statement, "answer.json", once()))
                .withMessageStartingWith("answer.json").satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
