package dev.lockstep.guard.device;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** The nonces of one verifier, in memory: random, each good for one answer within some time. */
public final class IssuedNonces implements NonceStore {
    private static final int NONCE_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock;
    private final Duration lifetime;
    private final int capacity;
    /** When each was given out. */
    private final Map<String, Instant> open = new HashMap<>();

    /**
     * With none given out yet.
     *
     * @param lifetime how long an answer may take
     * @param capacity how many can be open at a time, which bounds the memory that they cost
     * @throws IllegalArgumentException if the lifetime is negative, or there is no room for one
     */
    public IssuedNonces(InstantSource clock, Duration lifetime, int capacity) {
        Times.requireNotNegative("lifetime", lifetime);
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " must be at least 1");
        }
        this.clock = clock;
        this.lifetime = lifetime;
        this.capacity = capacity;
    }

    /**
     * A new one, 64 hex digits.
     *
     * @return empty if as many are open as can be: those that were asked before are not put aside for who asks often
     */
    public synchronized Optional<String> issue() {
        Instant now = clock.instant();
        if (open.size() >= capacity) {
            open.values().removeIf(issuedAt -> !isOpen(issuedAt, now));
        }
        if (open.size() >= capacity) {
            return Optional.empty();
        }
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        String nonce = HexFormat.of().formatHex(bytes);
        open.put(nonce, now);
        return Optional.of(nonce);
    }

    @Override
    public synchronized boolean redeem(String nonce) {
        Instant issuedAt = open.remove(nonce);
        return issuedAt != null && isOpen(issuedAt, clock.instant());
    }

    /** A clock that was set back must not keep them open. */
    private boolean isOpen(Instant issuedAt, Instant now) {
        return Duration.between(issuedAt, now).abs().compareTo(lifetime) <= 0;
    }
}
