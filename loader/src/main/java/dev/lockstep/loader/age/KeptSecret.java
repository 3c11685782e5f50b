package dev.lockstep.loader.age;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A secret off the heap, where no garbage collection moves it and leaves a copy behind. It is on the heap only while something is
 * computed with it. Whoever makes one closes it. One thread at a time.
 */
final class KeptSecret implements AutoCloseable {
    private final SecureArena memory = SecureArena.open("secret");
    private final MemorySegment bytes;

    /** @param secret overwritten with zeros, now that it is kept here */
    KeptSecret(byte[] secret) {
        try {
            bytes = memory.allocate(secret.length);
            MemorySegment.copy(secret, 0, bytes, ValueLayout.JAVA_BYTE, 0, secret.length);
        } catch (Throwable t) {
            memory.close();
            throw t;
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Computes with the secret.
     *
     * @param use gets an array that is overwritten with zeros afterwards
     * @throws IllegalStateException if this is closed
     */
    <T> T with(Function<byte[], T> use) {
        byte[] array = new byte[Math.toIntExact(bytes.byteSize())];
        try {
            copyTo(array);
            return use.apply(array);
        } finally {
            Arrays.fill(array, (byte) 0);
        }
    }

    private void copyTo(byte[] array) {
        if (!memory.isClosing()) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, array, 0, array.length);
        }
        // asked afterwards, too: a process that ends wipes what is in use, and nothing may be computed with zeros
        if (memory.isClosing()) {
            throw new IllegalStateException("the identity is closed");
        }
    }

    /** Overwrites the secret with zeros. Idempotent. */
    @Override
    public void close() {
        memory.close();
    }
}
