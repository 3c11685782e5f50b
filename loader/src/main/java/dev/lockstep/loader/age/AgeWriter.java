package dev.lockstep.loader.age;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Cipher;

/**
 * An encrypted file that is being written, chunk by chunk. {@link #finish()} makes it whole; without it, every reader refuses the file.
 * The stream stays the caller's. Whoever makes a writer closes it, which overwrites its key. One thread.
 */
public final class AgeWriter implements AutoCloseable {
    private static final int NONCE_BYTES = 16;

    private final OutputStream out;
    private final byte[] key;
    private final byte[] plain = new byte[AgeReader.CHUNK_BYTES];
    private final byte[] sealed = new byte[AgeReader.CHUNK_BYTES + AgeCrypto.TAG_BYTES];
    private final byte[] nonce = new byte[12];
    private final Cipher cipher = AgeCrypto.newCipher();
    private int filled;
    private long chunk;
    private boolean finished;

    private AgeWriter(OutputStream out, byte[] key) {
        this.out = out;
        this.key = key;
    }

    /**
     * Writes the header of a new file.
     *
     * @param recipients at least one, all of the same {@link AgeRecipient.Label}; a passphrase stands alone
     * @throws IllegalArgumentException if they cannot be mixed
     */
    public static AgeWriter create(OutputStream out, List<? extends AgeRecipient> recipients) throws IOException {
        requireMixable(recipients);
        byte[] fileKey = new byte[AgeCrypto.FILE_KEY_BYTES];
        byte[] payloadNonce = new byte[NONCE_BYTES];
        var random = new SecureRandom();
        random.nextBytes(fileKey);
        random.nextBytes(payloadNonce);
        try {
            List<Stanza> stanzas = recipients.stream().map(recipient -> recipient.wrap(fileKey)).toList();
            out.write(AgeHeader.write(stanzas, fileKey));
            out.write(payloadNonce);
            return new AgeWriter(out, AgeCrypto.derive(fileKey, payloadNonce, "payload"));
        } finally {
            Arrays.fill(fileKey, (byte) 0);
        }
    }

    private static void requireMixable(List<? extends AgeRecipient> recipients) {
        if (recipients.isEmpty() || recipients.size() > AgeHeader.MAX_STANZAS) {
            throw new IllegalArgumentException("there are " + recipients.size() + " recipients; 1 to " + AgeHeader.MAX_STANZAS + " are possible");
        }
        var labels = recipients.stream().map(AgeRecipient::label).collect(Collectors.toSet());
        if (labels.size() > 1) {
            throw new IllegalArgumentException("recipients of different kinds cannot be mixed: the weaker kind would open the file too");
        }
        if (labels.contains(AgeRecipient.Label.ALONE) && recipients.size() > 1) {
            throw new IllegalArgumentException("a passphrase must be the only recipient");
        }
    }

    /** Adds plaintext. */
    public void write(byte[] bytes, int offset, int count) throws IOException {
        write(MemorySegment.ofArray(bytes).asSlice(offset, count));
    }

    /** Adds plaintext. On the Java heap there is a chunk of it at most, and that is overwritten. */
    public void write(MemorySegment bytes) throws IOException {
        if (finished) {
            throw new IllegalStateException("the file is finished");
        }
        for (long done = 0; done < bytes.byteSize();) {
            if (filled == plain.length) {
                seal(false);
            }
            int piece = (int) Math.min(bytes.byteSize() - done, plain.length - filled);
            MemorySegment.copy(bytes, JAVA_BYTE, done, plain, filled, piece);
            filled += piece;
            done += piece;
        }
    }

    /** Writes the last chunk. Nothing can be written afterwards. */
    public void finish() throws IOException {
        if (!finished) {
            seal(true);
            finished = true;
        }
    }

    private void seal(boolean last) throws IOException {
        try {
            AgeCrypto.init(cipher, Cipher.ENCRYPT_MODE, key, Payload.nonce(nonce, chunk, last));
            int count = cipher.doFinal(plain, 0, filled, sealed, 0);
            out.write(sealed, 0, count);
        } catch (GeneralSecurityException e) {
            throw AgeCrypto.missing("ChaCha20-Poly1305", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
        filled = 0;
        chunk++;
    }

    /** Overwrites key and scratch memory. Idempotent. */
    @Override
    public void close() {
        finished = true;
        Arrays.fill(key, (byte) 0);
        Arrays.fill(plain, (byte) 0);
        AgeCrypto.forget(cipher);
    }
}
