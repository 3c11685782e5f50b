package dev.lockstep.loader.age;

import javax.crypto.SecretKey;

/**
 * A key as the JDK wants it, over bytes that stay their owner's: {@code SecretKeySpec} would keep a copy that nothing overwrites. The
 * JDK's ciphers, MACs and derivations ask for a copy of their own, and overwrite that one.
 */
record BorrowedKey(byte[] bytes, String algorithm) implements SecretKey {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return bytes.clone();
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "BorrowedKey[" + algorithm + ']';
    }
}
