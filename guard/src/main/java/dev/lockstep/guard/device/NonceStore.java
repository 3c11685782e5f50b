package dev.lockstep.guard.device;

import java.util.concurrent.atomic.AtomicBoolean;

/** Which nonces may be answered, each once: what stops a statement from being shown again. Safe for any number of threads. */
@FunctionalInterface
public interface NonceStore {
    /**
     * Takes a nonce back.
     *
     * @param nonce lower-case hex digits
     * @return true the first time, if it is one that was given out and is not too old; from then on false
     */
    boolean redeem(String nonce);

    /** One nonce. */
    static NonceStore once(String nonce) {
        PostureStatement.requireNonce(nonce);
        var used = new AtomicBoolean();
        return other -> other.equals(nonce) && used.compareAndSet(false, true);
    }
}
