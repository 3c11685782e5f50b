package dev.lockstep.loader.age;

/** The nonces of a payload's chunks: a counter of 11 bytes, big-endian, and a byte that says which chunk is the last. */
final class Payload {
    private static final int COUNTER_BYTES = 11;

    private Payload() {
    }

    /** @param nonce 12 bytes, filled and returned */
    static byte[] nonce(byte[] nonce, long number, boolean last) {
        for (int i = 0; i < COUNTER_BYTES; i++) {
            int shift = (COUNTER_BYTES - 1 - i) * Byte.SIZE;
            nonce[i] = shift < Long.SIZE ? (byte) (number >>> shift) : 0;
        }
        nonce[COUNTER_BYTES] = (byte) (last ? 1 : 0);
        return nonce;
    }
}
