package dev.lockstep.loader.age;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.age.AgeException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * An encrypted file that is being read: its header has been opened, and any chunk of its payload can be decrypted. Every chunk is
 * authenticated, in its place and as the last one or not, before a byte of it is given out; the size of the file says which one is
 * last, and only if that one is does a reader know that nothing is missing.
 *
 * <p><b>Ownership.</b> Whoever opens it closes it, which overwrites the payload's key with zeros; the source stays the caller's.
 * <b>Threads.</b> Any number may decrypt, each through a {@link #newChunks() Chunks} of its own.
 */
public final class AgeReader implements AutoCloseable {
    /** Plaintext bytes of every chunk but the last. */
    public static final int CHUNK_BYTES = 64 << 10;

    private static final int SEALED_BYTES = CHUNK_BYTES + AgeCrypto.TAG_BYTES;
    private static final int NONCE_BYTES = 16;

    private final AgeSource source;
    private final AgeIdentity identity;
    private final byte[] key;
    /** Where the first chunk begins in the file. */
    private final long start;
    private final long chunks;

    private AgeReader(AgeSource source, AgeIdentity identity, byte[] key, long start) {
        this.source = source;
        this.identity = identity;
        this.key = key;
        this.start = start;
        this.chunks = Math.ceilDiv(source.byteSize() - start, (long) SEALED_BYTES);
    }

    /**
     * Opens the header of a file.
     *
     * @param identities tried in order; they stay the caller's
     * @throws AgeException if it is malformed, was changed, or is for somebody else
     */
    public static AgeReader open(AgeSource source, List<? extends AgeIdentity> identities) throws IOException {
        byte[] beginning = new byte[(int) Math.min(source.byteSize(), AgeHeader.MAX_BYTES)];
        source.read(0, beginning, 0, beginning.length);
        AgeHeader header = AgeHeader.parse(beginning, source.name());
        Opening opening = opening(header, identities, source.name());
        byte[] fileKey = opening.fileKey();
        try {
            header.requireMac(fileKey, source.name());
            if (source.byteSize() - header.byteSize() < NONCE_BYTES) {
                throw new AgeException(Reason.HEADER, source.name(), "ends before its payload begins");
            }
            byte[] nonce = new byte[NONCE_BYTES];
            source.read(header.byteSize(), nonce, 0, NONCE_BYTES);
            return new AgeReader(source, opening.identity(), AgeCrypto.derive(fileKey, nonce, "payload"), header.byteSize() + (long) NONCE_BYTES);
        } finally {
            Arrays.fill(fileKey, (byte) 0);
        }
    }

    private record Opening(AgeIdentity identity, byte[] fileKey) { }

    private static Opening opening(AgeHeader header, List<? extends AgeIdentity> identities, String file) {
        if (header.stanzas().size() > 1 && header.stanzas().stream().anyMatch(PassphraseIdentity::isFor)) {
            // whoever adds a recipient to a file for a passphrase could read what is written for it afterwards
            throw new AgeException(Reason.HEADER, file, "has a passphrase among other recipients");
        }
        for (AgeIdentity identity : identities) {
            Optional<byte[]> fileKey = identity.unwrap(header.stanzas(), file);
            if (fileKey.isPresent()) {
                return new Opening(identity, fileKey.get());
            }
        }
        throw new AgeException(Reason.NO_MATCH, file, "is encrypted for somebody else; name the identity it is for, or the right passphrase");
    }

    /** The identity that opened it; borrowed from the caller of {@link #open}. */
    public AgeIdentity identity() {
        return identity;
    }

    /**
     * How many chunks there are; at least 1 in a sound file.
     *
     * @throws AgeException if there are none: the payload was cut off
     */
    public long chunks() {
        if (chunks == 0) {
            throw new AgeException(Reason.PAYLOAD, source.name(), "has no payload; it was cut off");
        }
        return chunks;
    }

    /** Bytes of the plaintext, as far as the size of the file tells; true once the last chunk is decrypted. */
    public long byteSize() {
        return Math.max(0, source.byteSize() - start - chunks * AgeCrypto.TAG_BYTES);
    }

    /** A decryptor for one thread; the caller's to close. */
    public Chunks newChunks() {
        return new Chunks();
    }

    /** Overwrites the key. Idempotent; nothing can be decrypted afterwards. */
    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }

    /**
     * Decrypts chunks through scratch memory that is overwritten with zeros after each. Closed by whoever made it, which overwrites the
     * cipher's copy of the key. One thread.
     */
    public final class Chunks implements AutoCloseable {
        private final byte[] sealed = new byte[SEALED_BYTES];
        private final byte[] plain = new byte[CHUNK_BYTES];
        private final byte[] nonce = new byte[12];
        /** One for all: to look one up takes longer than to decrypt a small chunk. */
        private final Cipher cipher = AgeCrypto.newCipher();

        private Chunks() {
        }

        /**
         * Decrypts a chunk.
         *
         * @param number from 0
         * @param target at least {@link #CHUNK_BYTES} bytes from {@code offset} on, or as many as the last chunk has
         * @return bytes written; nothing is if it is not authentic
         * @throws AgeException if the chunk was changed, or is not the one that belongs here
         */
        public int decrypt(long number, MemorySegment target, long offset) throws IOException {
            return decrypt(number, number == chunks - 1, target, offset);
        }

        /** For tests: what readers release that find out too late that more follows. */
        int decrypt(long number, boolean last, MemorySegment target, long offset) throws IOException {
            long position = start + number * SEALED_BYTES;
            int count = (int) Math.min(SEALED_BYTES, source.byteSize() - position);
            source.read(position, sealed, 0, count);
            try {
                int bytes = open(number, count, last);
                MemorySegment.copy(plain, 0, target, JAVA_BYTE, offset, bytes);
                return bytes;
            } finally {
                Arrays.fill(plain, (byte) 0);
            }
        }

        private int open(long number, int count, boolean last) {
            if (count < AgeCrypto.TAG_BYTES || count == AgeCrypto.TAG_BYTES && number > 0) {
                throw fault(number);
            }
            try {
                AgeCrypto.init(cipher, Cipher.DECRYPT_MODE, key, Payload.nonce(nonce, number, last));
                return cipher.doFinal(sealed, 0, count, plain, 0);
            } catch (AEADBadTagException e) {
                throw fault(number);
            } catch (InvalidKeyException e) {
                throw new IllegalStateException("the reader is closed", e);
            } catch (GeneralSecurityException e) {
                throw AgeCrypto.missing("ChaCha20-Poly1305", e);
            }
        }

        /** Overwrites the cipher's copy of the key. Idempotent. */
        @Override
        public void close() {
            AgeCrypto.forget(cipher);
        }

        private AgeException fault(long number) {
            return new AgeException(Reason.PAYLOAD, source.name(), "has a payload that was changed or cut, at chunk " + number + " of " + chunks
                    + "; get the original");
        }
    }
}
