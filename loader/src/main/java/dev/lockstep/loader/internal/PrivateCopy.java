package dev.lockstep.loader.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A private copy of one file in secure memory, and the digests of that copy. The file is opened once and never looked at
 * again, so what happens to it afterwards cannot matter.
 *
 * <p>The copy consists of chunks of one size. Weights are woven where they lie, so the copy becomes the memory of the weights: none is
 * taken anew, which would cost more than weaving. Several threads may read and write different bytes at once.
 *
 * <p><b>Ownership.</b> Whoever holds it closes it, which zeroes and frees all of it.
 */
public final class PrivateCopy implements ByteSource, PanelMemory, AutoCloseable {
    /** Large enough that few panels lie across two chunks, and that nearly all of it can lie in huge pages. */
    static final long CHUNK_BYTES = 128L << 20;

    /** Small enough that hashing begins at once; a whole number of chunks of an encrypted file. */
    private static final long READ_BYTES = 32L << 20;

    private final String name;
    private final long chunkBytes;
    private final List<Chunk> chunks = new ArrayList<>();
    private long byteSize;
    private FileDigests digests;

    /**
     * A piece of the copy.
     *
     * @param bytes with room behind them for kernels that read further than they use
     * @param needed how many of its bytes nobody has discarded
     */
    private record Chunk(SecureArena arena, MemorySegment bytes, AtomicLong needed) { }

    private PrivateCopy(String name, long chunkBytes) {
        this.name = name;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Copies and hashes a file.
     *
     * @param plan which digests to compute
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory for it; if the budget says so, before it is read
     * @throws IOException if it cannot be read, is not a regular file (symbolic links are not followed), or changes its size
     *     meanwhile; nothing of the copy remains then
     */
    public static PrivateCopy of(Path file, HashPlan plan) throws IOException {
        return of(file, plan, CHUNK_BYTES);
    }

    /** The same in chunks of another size, a multiple of {@link SecureArena#ALIGNMENT}. */
    static PrivateCopy of(Path file, HashPlan plan, long chunkBytes) throws IOException {
        try (var open = OpenFile.of(file)) {
            return of(open, plan, chunkBytes);
        }
    }

    /**
     * Decrypts and hashes a file: the copy and its digests are of the plaintext, which is nowhere else.
     *
     * @param name of the plaintext
     * @throws dev.lockstep.loader.age.AgeException if it was changed; nothing of the copy remains then
     */
    public static PrivateCopy ofDecrypted(String name, AgeReader reader, HashPlan plan) throws IOException {
        try (var file = new DecryptedFile(name, reader, Runtime.getRuntime().availableProcessors())) {
            if (file.byteSize() == 0) {
                // there is a chunk all the same, and only it says that nothing is missing
                try (var chunks = reader.newChunks()) {
                    chunks.decrypt(reader.chunks() - 1, MemorySegment.NULL, 0);
                }
            }
            return of(file, plan, CHUNK_BYTES);
        }
    }

    private static PrivateCopy of(PlainBytes file, HashPlan plan, long chunkBytes) throws IOException {
        MemoryBudget.requireRoom(file.byteSize(), file.name());
        var copy = new PrivateCopy(file.name(), chunkBytes);
        try (var hashing = new ParallelDigest(plan, Runtime.getRuntime().availableProcessors())) {
            copy.readAll(file, hashing);
            copy.digests = hashing.finish();
            return copy;
        } catch (Throwable t) {
            copy.close();
            throw t;
        }
    }

    private void readAll(PlainBytes file, ParallelDigest hashing) throws IOException {
        while (byteSize < file.byteSize()) {
            MemorySegment chunk = newChunk(Math.min(chunkBytes, file.byteSize() - byteSize));
            readChunk(file, chunk, chunks.getLast().arena, hashing);
        }
        file.requireSameSize();
    }

    /** The lease makes a process that ends wait for the piece that is being written. */
    private void readChunk(PlainBytes file, MemorySegment chunk, SecureArena arena, ParallelDigest hashing) throws IOException {
        for (long at = 0; at < chunk.byteSize(); at += READ_BYTES) {
            MemorySegment piece = chunk.asSlice(at, Math.min(READ_BYTES, chunk.byteSize() - at));
            try (var _ = arena.lease()) {
                file.read(byteSize, piece);
            }
            byteSize += piece.byteSize();
            hashing.add(piece);
        }
    }

    private MemorySegment newChunk(long count) {
        SecureArena arena = SecureArena.open("private copy of " + name);
        try {
            MemorySegment bytes = arena.allocate(count + PanelLayout.READ_SLACK);
            chunks.add(new Chunk(arena, bytes, new AtomicLong(count)));
            return bytes.asSlice(0, count);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /** Makes all of it read-only where memory is hardened: nothing is written to weights once they are woven. */
    public void seal() {
        chunks.forEach(chunk -> chunk.arena.seal());
    }

    /** The digests of the copy. */
    public FileDigests digests() {
        return digests;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    @Override
    public void copy(long offset, MemorySegment target, long targetOffset, long count) {
        forEachPiece(offset, count, (chunk, within, done, piece) ->
                MemorySegment.copy(chunk, within, target, targetOffset + done, piece));
    }

    @Override
    public void copy(long offset, byte[] target, int targetOffset, int count) {
        forEachPiece(offset, count, (chunk, within, done, piece) ->
                MemorySegment.copy(chunk, JAVA_BYTE, within, target, targetOffset + (int) done, (int) piece));
    }

    /** A chunk is zeroed and freed once all of its bytes are discarded. */
    @Override
    public void discard(long offset, long count) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        for (long at = offset; at < offset + count; at = (at / chunkBytes + 1) * chunkBytes) {
            Chunk chunk = chunks.get(Math.toIntExact(at / chunkBytes));
            long piece = Math.min(offset + count - at, chunkBytes - at % chunkBytes);
            if (chunk.needed.addAndGet(-piece) == 0) {
                chunk.arena.close();
            }
        }
    }

    private interface PieceTask {
        void run(MemorySegment chunk, long within, long done, long piece);
    }

    /** Walks over a range that may lie in several chunks. */
    private void forEachPiece(long offset, long count, PieceTask task) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        long done = 0;
        while (done < count) {
            long at = offset + done;
            MemorySegment chunk = chunks.get(Math.toIntExact(at / chunkBytes)).bytes;
            long within = at % chunkBytes;
            long piece = Math.min(count - done, chunkBytes - within);
            task.run(chunk, within, done, piece);
            done += piece;
        }
    }

    @Override
    public boolean isInOneChunk(long offset, long count) {
        return offset / chunkBytes == (offset + count - 1) / chunkBytes;
    }

    /** Where the bytes are, to be read and written. */
    @Override
    public MemorySegment place(long offset, long count) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        return chunks.get(Math.toIntExact(offset / chunkBytes)).bytes.asSlice(offset % chunkBytes, count + PanelLayout.READ_SLACK);
    }

    /** What was zeroed so far. */
    public Zeroing zeroing() {
        return chunks.stream().map(chunk -> chunk.arena.zeroing()).reduce(Zeroing.NONE, Zeroing::plus);
    }

    /** Zeroes and frees all of it. Idempotent. */
    @Override
    public void close() {
        Closing.all(chunks.stream().map(chunk -> (Runnable) chunk.arena::close).toList());
    }
}
