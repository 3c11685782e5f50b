package dev.lockstep.models.internal.saved;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.loader.age.AgeSource;
import dev.lockstep.loader.age.OwnerMac;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.SavedSessionException;
import dev.lockstep.models.SavedSessionException.Reason;
import dev.lockstep.models.internal.SessionShape;
import dev.lockstep.models.internal.SessionState;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;

/**
 * A session out of a file: decrypted, authentic, and of the right model. Its memory is its own; whoever reads one closes it.
 *
 * <p>Encryption does not say who wrote a file, because recipients are public. Hence the MAC, whose key only the owner's secret gives.
 */
public final class SavedSession implements AutoCloseable {
    private static final String PURPOSE = "saved-session";

    private final SecureArena memory;
    /** Logits and cache, as {@link SessionState#contents} has them. */
    private final MemorySegment contents;
    private final SessionHeader header;

    private SavedSession(SecureArena memory, MemorySegment contents, SessionHeader header) {
        this.memory = memory;
        this.contents = contents;
        this.header = header;
    }

    /**
     * Writes a file that only its owner can read, and only from its owner; another file of this name is replaced in one step.
     *
     * @param model identity of the model, 64 hex digits
     * @param state a session that is not in use; stays as it is
     * @throws IOException if the file cannot be written; an older one is still there then
     */
    public static void write(Path file, AgeIdentity owner, String model, SessionState state) throws IOException {
        byte[] salt = new byte[OwnerMac.SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        try (var memory = SecureArena.open("header of a saved session")) {
            MemorySegment header = memory.allocate(SessionHeader.BYTES);
            new SessionHeader(state.kvType(), model, state.shape(), state.processed(), state.pending()).write(header, salt);
            AgeFiles.replace(file, List.of(owner.recipient()), writer -> {
                try (var mac = owner.newMac(PURPOSE, salt)) {
                    mac.update(header);
                    writer.write(header);
                    for (MemorySegment part : state.contents(state.processed())) {
                        mac.update(part);
                        writer.write(part);
                    }
                    writer.write(mac.finish(), 0, OwnerMac.BYTES);
                }
            });
        }
    }

    /**
     * Reads a file. Nothing of it is looked at before it is authentic; on failure nothing of it stays.
     *
     * @param identities tried in order; the one that opens the file must have written it
     * @param model identity of the model, 64 hex digits
     * @param context positions there are for it
     * @throws AgeException if it cannot be decrypted
     * @throws SavedSessionException if it is not authentic, of another model, or malformed
     * @throws ContextLengthException if it has more positions
     */
    public static SavedSession read(AgeSource file, List<? extends AgeIdentity> identities, String model, SessionShape shape, int context)
            throws IOException {
        try (var reader = AgeReader.open(file, identities)) {
            SavedSize.check(shape, reader.byteSize(), context, file.name());
            SecureArena memory = SecureArena.open("saved session");
            try {
                MemorySegment payload = decrypt(reader, memory);
                requireMac(payload, reader.identity(), file.name());
                SessionHeader header = SessionHeader.read(payload, file.name());
                requireModel(header, model, shape, payload.byteSize(), file.name());
                if (header.taken() > context) {
                    throw ContextLengthException.ofSavedSession(header.taken(), context);
                }
                return new SavedSession(memory, payload.asSlice(SessionHeader.BYTES, macOffset(payload) - SessionHeader.BYTES), header);
            } catch (Throwable t) {
                memory.close();
                throw t;
            }
        }
    }

    private static MemorySegment decrypt(AgeReader reader, SecureArena memory) throws IOException {
        MemorySegment payload = memory.allocate(reader.byteSize());
        try (var chunks = reader.newChunks()) {
            for (long number = 0; number < reader.chunks(); number++) {
                chunks.decrypt(number, payload, number * AgeReader.CHUNK_BYTES);
            }
        }
        return payload;
    }

    private static void requireMac(MemorySegment payload, AgeIdentity owner, String file) {
        try (var mac = owner.newMac(PURPOSE, SessionHeader.salt(payload))) {
            mac.update(payload.asSlice(0, macOffset(payload)));
            byte[] stored = payload.asSlice(macOffset(payload)).toArray(JAVA_BYTE);
            if (!MessageDigest.isEqual(mac.finish(), stored)) {
                throw new SavedSessionException(Reason.NOT_AUTHENTIC, file,
                        "was not saved by the owner of this identity; somebody else encrypted it for them, or changed it");
            }
        }
    }

    private static long macOffset(MemorySegment payload) {
        return payload.byteSize() - OwnerMac.BYTES;
    }

    private static void requireModel(SessionHeader header, String model, SessionShape shape, long byteSize, String file) {
        if (!header.model().equals(model)) {
            throw new SavedSessionException(Reason.FOREIGN_MODEL, file, "was saved with another model, of SHA-256 " + header.model());
        }
        if (!header.shape().equals(shape) || !SavedSize.fits(shape, header.kvType(), header.position(), byteSize)) {
            throw SessionHeader.malformed(file, "contradicts the model or itself");
        }
    }

    /** How its cache is stored. */
    public KvType kvType() {
        return header.kvType();
    }

    /** Makes a fresh session of this type, with room for it, continue where this one stopped. */
    public void copyTo(SessionState state) {
        long offset = 0;
        for (MemorySegment part : state.contents(header.position())) {
            MemorySegment.copy(contents, offset, part, 0, part.byteSize());
            offset += part.byteSize();
        }
        state.resume(header.position(), header.pending());
    }

    /** Overwrites it with zeros. Idempotent. */
    @Override
    public void close() {
        memory.close();
    }
}
