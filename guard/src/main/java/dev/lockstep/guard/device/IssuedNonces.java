package dev.lockstep.guard.device;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The nonces of one verifier, in memory: random, each good for one answer within some time. */
public final class IssuedNonces implements NonceStore {
    private static final int NONCE_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock;
    private final Duration lifetime;
    private final Map<String, Instant> open;

    /**
     * With none given out yet.
     *
     * @param lifetime how long an answer may take
     * @param capacity how many can be open at a time; whoever asks for more makes the oldest worthless, and costs no more memory
     */
    public IssuedNonces(InstantSource clock, Duration lifetime, int capacity) {
        this.clock = clock;
        this.lifetime = lifetime;
        this.open = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
                return size() > capacity;
            }
        };
    }

    /** A new one, 64 hex digits. */
    public synchronized String issue() {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        String nonce = HexFormat.of().formatHex(bytes);
        open.put(nonce, clock.instant().plus(lifetime));
        return nonce;
    }

    @Override
    public synchronized boolean redeem(String nonce) {
        Instant until = open.remove(nonce);
        return until != null && !clock.instant().isAfter(until);
    }
}
