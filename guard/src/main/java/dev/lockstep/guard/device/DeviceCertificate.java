package dev.lockstep.guard.device;

import dev.lockstep.guard.device.DeviceTrustException.Reason;
import dev.lockstep.loader.internal.intoto.InTotoStatement;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an administrator says of a device: this key is that of this device, from then to then.
 *
 * @param name what the administrator calls the device
 * @param key Ed25519
 * @param notBefore when it begins to count
 * @param notAfter when it ends to count; the last moment
 * @param groups the device belongs to
 */
public record DeviceCertificate(String name, PublicKey key, Instant notBefore, Instant notAfter, Set<String> groups) {
    static final String PREDICATE_TYPE = "https://lockstep.dev/attestation/device-certificate/v1";

    /** Nobody sorts devices by more. */
    public static final int MAX_GROUPS = 64;

    private static final Set<String> PREDICATE_MEMBERS = Set.of("publicKey", "notBefore", "notAfter", "groups");

    /** @throws IllegalArgumentException if a name or group is not 1 to 63 lower-case letters, digits, dots, dashes and underscores, or it could never be valid */
    public DeviceCertificate {
        DeviceName.require(name);
        groups = Set.copyOf(groups);
        if (groups.size() > MAX_GROUPS) {
            throw new IllegalArgumentException("groups=" + groups.size() + " must be at most " + MAX_GROUPS);
        }
        groups.forEach(DeviceName::require);
        if (!notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException("notBefore=" + notBefore + " must be before notAfter=" + notAfter);
        }
    }

    /**
     * Reads the public key that a device asks to have certified.
     *
     * @param pem as {@code lockstep device key} writes it
     * @throws KeyFileException if it is no Ed25519 key, or cannot be read
     */
    public static PublicKey requestedKey(Path pem) {
        return Ed25519Keys.publicKey(Ed25519Keys.read(pem), pem.toString());
    }

    /** The id of the key: SHA-256 of its public PEM text. */
    public KeyId keyId() {
        return Ed25519Keys.id(key);
    }

    /** Passes if the certificate counts at a moment. */
    void requireValid(Instant now, String file) {
        if (now.isBefore(notBefore)) {
            throw new DeviceTrustException(Reason.CERTIFICATE_TIME, file, "the certificate of " + name + " counts from " + notBefore + " on; it is " + now);
        }
        requireNotExpired(now, file);
    }

    /** Passes if there is a moment from now on at which it counts. */
    void requireNotExpired(Instant now, String file) {
        if (now.isAfter(notAfter)) {
            throw new DeviceTrustException(Reason.CERTIFICATE_TIME, file, "the certificate of " + name + " has expired at " + notAfter
                    + "; have it certified again");
        }
    }

    static DeviceCertificate parse(byte[] payload, String file) {
        var statement = InTotoStatement.parse(payload, file, PREDICATE_TYPE, DeviceTrustException.malformed());
        StrictJson predicate = statement.predicate();
        predicate.allowOnly(PREDICATE_MEMBERS);
        try {
            var certificate = new DeviceCertificate(statement.subject(), key(predicate), Times.in(predicate, "notBefore"),
                    Times.in(predicate, "notAfter"), groups(predicate));
            if (!certificate.keyId().hex().equals(statement.sha256())) {
                throw predicate.fault("holds another key than the subject's");
            }
            return certificate;
        } catch (IllegalArgumentException e) {
            throw predicate.fault("contradicts itself: " + e.getMessage());
        }
    }

    private static PublicKey key(StrictJson predicate) {
        try {
            return Ed25519Keys.publicKey(predicate.text("publicKey").getBytes(StandardCharsets.UTF_8), "publicKey");
        } catch (KeyFileException e) {
            throw predicate.fault("has a key that cannot be used: " + e.getMessage());
        }
    }

    private static Set<String> groups(StrictJson predicate) {
        var groups = new TreeSet<String>();
        for (String group : predicate.texts("groups")) {
            if (!groups.add(group)) {
                throw predicate.fault("names a group twice");
            }
        }
        return groups;
    }

    byte[] toJson() {
        return InTotoStatement.json(name, keyId().hex(), PREDICATE_TYPE, predicate -> {
            predicate.put("publicKey", new String(Ed25519Keys.pem(key), StandardCharsets.US_ASCII));
            predicate.put("notBefore", notBefore.toString());
            predicate.put("notAfter", notAfter.toString());
            var list = predicate.putArray("groups");
            new TreeSet<>(groups).forEach(list::add);
        });
    }
}
