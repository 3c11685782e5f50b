package dev.lockstep.guard.device;

import dev.lockstep.guard.posture.CheckResult;
import dev.lockstep.guard.posture.CheckStatus;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedKeys;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A device whose key is in memory, its administrator, and a moment at which all is well. */
record TestDevice(String name, KeyPair keys) implements DeviceSigner {
    static final KeyPair ADMINISTRATOR = SigningKeys.generate(SigningAlgorithm.P256);
    static final TrustedKeys ADMINISTRATORS = TrustedKeys.of(ADMINISTRATOR.getPublic());
    static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    static final InstantSource CLOCK = InstantSource.fixed(NOW);
    static final String NONCE = "00112233445566778899aabbccddeeff";

    static TestDevice of(String name) {
        return new TestDevice(name, Ed25519Keys.generate());
    }

    @Override
    public PublicKey publicKey() {
        return keys.getPublic();
    }

    @Override
    public byte[] sign(byte[] message) {
        return Ed25519Keys.sign(keys.getPrivate(), message);
    }

    KeyId id() {
        return Ed25519Keys.id(publicKey());
    }

    DeviceCertificate certificate() {
        return new DeviceCertificate(name, publicKey(), NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(1)), Set.of("tills", "shop-7"));
    }

    SignedCertificate signedCertificate() {
        return SignedCertificate.sign(certificate(), ADMINISTRATOR);
    }

    PostureStatement says() {
        return says(NOW, NOW.plus(Duration.ofMinutes(5)));
    }

    PostureStatement says(Instant issuedAt, Instant expiresAt) {
        return says(issuedAt, expiresAt, issuedAt, Optional.empty());
    }

    PostureStatement says(Instant issuedAt, Instant expiresAt, Instant measuredAt, Optional<String> audience) {
        var checks = List.of(new CheckResult("disk.encryption", CheckStatus.PASS, "", ""), new CheckResult("swap", CheckStatus.FAIL, "/dev/sda2", ""),
                new CheckResult("secure.boot", CheckStatus.UNKNOWN, "", ""));
        return new PostureStatement(name, id(), NONCE, audience, issuedAt, expiresAt, new Posture(measuredAt, checks),
                Optional.of("6f3f1d5c-0f4b-4a5b-9d0e-0123456789ab"), Optional.of("a".repeat(64)), Optional.empty());
    }

    byte[] statement() {
        return statement(says(), signedCertificate());
    }

    byte[] statement(PostureStatement says, SignedCertificate certificate) {
        return DeviceStatement.sign(says, this, certificate, Attestor.NONE).toJson();
    }
}
