package dev.lockstep.loader.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
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
 * <p>The copy consists of chunks that are zeroed and freed as soon as all of their bytes were {@linkplain #discard discarded}; a
 * loader that discards what it has consumed never holds two whole copies. Several threads may copy and discard at once, as long
 * as none discards what another still copies.
 */
public final class PrivateCopy implements ByteSource, AutoCloseable {
    /** Large enough that per-chunk costs vanish, small enough to be negligible beside the weights. */
    static final long CHUNK_BYTES = 32L << 20;

    private final String name;
    private final List<Chunk> chunks = new ArrayList<>();
    private long byteSize;
    private FileDigests digests;
    private Zeroing zeroed = Zeroing.NONE;

    /**
     * A piece of the copy.
     *
     * @param remaining bytes that were not discarded yet
     */
    private record Chunk(SecureArena arena, MemorySegment bytes, AtomicLong remaining) { }

    private PrivateCopy(String name) {
        this.name = name;
    }

    /**
     * Copies and hashes a file.
     *
     * @param plan which digests to compute
     * @throws IOException if it cannot be read, is not a regular file (symbolic links are not followed), or changes its size
     *     meanwhile; nothing of the copy remains then
     */
    public static PrivateCopy of(Path file, HashPlan plan) throws IOException {
        try (var open = OpenFile.of(file)) {
            return of(open, plan);
        }
    }

    private static PrivateCopy of(OpenFile file, HashPlan plan) throws IOException {
        var copy = new PrivateCopy(file.name());
        try (var hashing = new ParallelDigest(plan, Runtime.getRuntime().availableProcessors())) {
            copy.readAll(file, hashing);
            copy.digests = hashing.finish();
            return copy;
        } catch (Throwable t) {
            copy.close();
            throw t;
        }
    }

    private void readAll(OpenFile file, ParallelDigest hashing) throws IOException {
        while (byteSize < file.byteSize()) {
            MemorySegment chunk = newChunk(Math.min(CHUNK_BYTES, file.byteSize() - byteSize));
            file.read(byteSize, chunk);
            byteSize += chunk.byteSize();
            hashing.add(chunk);
        }
        file.requireSameSize();
    }

    private MemorySegment newChunk(long chunkBytes) {
        SecureArena arena = SecureArena.open("private copy of " + name);
        try {
            MemorySegment bytes = arena.allocate(chunkBytes);
            chunks.add(new Chunk(arena, bytes, new AtomicLong(chunkBytes)));
            return bytes;
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
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

    private interface PieceTask {
        void run(MemorySegment chunk, long within, long done, long piece);
    }

    /** Walks over a range that may lie in several chunks. */
    private void forEachPiece(long offset, long count, PieceTask task) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        long done = 0;
        while (done < count) {
            long at = offset + done;
            MemorySegment chunk = chunks.get(Math.toIntExact(at / CHUNK_BYTES)).bytes;
            long within = at % CHUNK_BYTES;
            long piece = Math.min(count - done, chunk.byteSize() - within);
            task.run(chunk, within, done, piece);
            done += piece;
        }
    }

    /**
     * Gives up a range of bytes, each of which must be given up only once. A chunk none of whose bytes are left is zeroed and
     * freed; reading there fails afterwards.
     */
    public void discard(long offset, long count) {
        Objects.checkFromIndexSize(offset, count, byteSize);
        long end = offset + count;
        for (long at = offset; at < end; ) {
            Chunk chunk = chunks.get(Math.toIntExact(at / CHUNK_BYTES));
            long piece = Math.min(end - at, CHUNK_BYTES - at % CHUNK_BYTES);
            if (chunk.remaining.addAndGet(-piece) == 0) {
                free(chunk);
            }
            at += piece;
        }
    }

    private void free(Chunk chunk) {
        if (!chunk.arena.isClosed()) {
            chunk.arena.close();
            synchronized (this) {
                zeroed = zeroed.plus(chunk.arena.zeroing());
            }
        }
    }

    /** What was zeroed so far. */
    public synchronized Zeroing zeroing() {
        return zeroed;
    }

    /** Zeroes and frees what is left. Idempotent. */
    @Override
    public void close() {
        chunks.forEach(this::free);
    }
}
