package dev.lockstep.loader.internal.translate;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Translated tensors one after the other, as the file that nobody wrote: bytes of it are computed when they are read. Borrows what these
 * are read from.
 *
 * <p><b>Threads.</b> Any number may read at once. <b>Ownership.</b> Whoever made it closes it, which zeroes the memory it computes in.
 */
public final class TensorImage implements ByteSource, AutoCloseable {
    /** Rows are computed so many bytes at a time: larger than a panel, small enough for the L2 cache. */
    private static final long PIECE_BYTES = 1 << 20;

    /** Offsets are those of a GGUF file of the usual alignment, in bytes. */
    private static final long ALIGNMENT = 32;

    private final String name;
    private final List<TensorInfo> tensors = new ArrayList<>();
    private final List<StoredPart> stored;
    private final TreeMap<Long, RowSource> rowsByOffset = new TreeMap<>();
    private final SecureArena arena;
    private final Scratch scratch;
    private final long byteSize;
    private final Runnable onClose;

    /** Tensors that are still to be read, each with the number of its readers; null until somebody said what is. */
    private Map<StoredPart, Integer> readers;

    /**
     * Borrows what is stored.
     *
     * @param name of the checkpoint, for messages
     * @param translated in the order in which what they are made of is best read
     * @param stored all there is, used or not
     * @param onClose gives up what they hold besides the bytes of their file
     */
    public TensorImage(String name, List<TranslatedTensor> translated, List<? extends StoredPart> stored, Runnable onClose) {
        this.name = name;
        this.onClose = onClose;
        this.stored = List.copyOf(stored);
        long next = 0;
        long scratchBytes = 0;
        for (TranslatedTensor tensor : translated) {
            RowSource rows = tensor.rows();
            long bytes = Math.multiplyExact(rows.rows(), rows.rowBytes());
            tensors.add(new TensorInfo(tensor.name(), rows.type(), rows.shape(), next, bytes));
            rowsByOffset.put(next, rows);
            next = Math.multiplyExact(Math.ceilDiv(Math.addExact(next, bytes), ALIGNMENT), ALIGNMENT);
            scratchBytes = Math.max(scratchBytes, pieceBytes(rows) + rows.scratchBytes(rowsAtOnce(rows)));
        }
        byteSize = next;
        arena = SecureArena.open("rows of " + name);
        scratch = new Scratch(arena, scratchBytes);
    }

    private static long rowsAtOnce(RowSource rows) {
        return Math.clamp(PIECE_BYTES / rows.rowBytes(), 1, rows.rows());
    }

    private static long pieceBytes(RowSource rows) {
        return Scratch.padded(rowsAtOnce(rows) * rows.rowBytes());
    }

    /** What can be read; offsets count from the first byte of the image. */
    public List<TensorInfo> tensors() {
        return List.copyOf(tensors);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    /** Of one tensor; what lies between two is nobody's. */
    @Override
    public void copy(long offset, MemorySegment target, long targetOffset, long count) {
        scratch.lend(memory -> forEachPiece(offset, count, memory, (piece, done) ->
                MemorySegment.copy(piece, 0, target, targetOffset + done, piece.byteSize())));
    }

    @Override
    public void copy(long offset, byte[] target, int targetOffset, int count) {
        scratch.lend(memory -> forEachPiece(offset, count, memory, (piece, done) ->
                MemorySegment.copy(piece, JAVA_BYTE, 0, target, targetOffset + (int) done, (int) piece.byteSize())));
    }

    private interface PieceTask {
        void run(MemorySegment piece, long done);
    }

    private void forEachPiece(long offset, long count, MemorySegment memory, PieceTask task) {
        var placed = rowsByOffset.floorEntry(offset);
        RowSource rows = placed == null ? null : placed.getValue();
        if (rows == null || count < 0 || offset - placed.getKey() > rows.rows() * rows.rowBytes() - count) {
            throw new IndexOutOfBoundsException("offset=" + offset + ", count=" + count + " is not inside of one tensor");
        }
        MemorySegment rest = memory.asSlice(pieceBytes(rows));
        long within = offset - placed.getKey();
        for (long done = 0; done < count; ) {
            long row = (within + done) / rows.rowBytes();
            long skipped = (within + done) % rows.rowBytes();
            long wanted = Math.min(rowsAtOnce(rows), Math.ceilDiv(skipped + count - done, rows.rowBytes()));
            rows.read(row, wanted, memory, rest);
            MemorySegment piece = memory.asSlice(skipped, Math.min(count - done, wanted * rows.rowBytes() - skipped));
            task.run(piece, done);
            done += piece.byteSize();
        }
    }

    /** The same tensors in the order in which they are best read: those that are parts of one together. */
    public Collection<List<TensorInfo>> inOrder(Collection<TensorInfo> wanted) {
        return wanted.stream().sorted(Comparator.comparingLong(TensorInfo::byteOffset)).collect(
                Collectors.groupingBy(tensor -> rowsByOffset.floorKey(tensor.byteOffset()), TreeMap::new, Collectors.toList())).values();
    }

    /** Says that nothing but these will be read from now on: whatever is stored besides is discarded at once. */
    public void retain(Collection<TensorInfo> wanted) {
        var remaining = new IdentityHashMap<StoredPart, Integer>();
        wanted.forEach(tensor -> rows(tensor).parts().forEach(part -> remaining.merge(part, 1, Integer::sum)));
        stored.stream().filter(part -> !remaining.containsKey(part)).forEach(StoredPart::discard);
        readers = remaining;
    }

    /** Says that one of the {@link #retain}ed tensors will not be read again. To be called once for each. */
    public void release(TensorInfo tensor) {
        rows(tensor).parts().forEach(part -> {
            if (readers.merge(part, -1, Integer::sum) == 0) {
                part.discard();
            }
        });
    }

    /** Those of the tensor, or of the one that it is a part of. */
    private RowSource rows(TensorInfo tensor) {
        return rowsByOffset.floorEntry(tensor.byteOffset()).getValue();
    }

    /** What was zeroed so far. */
    public Zeroing zeroing() {
        return arena.zeroing();
    }

    /** Zeroes the memory that rows were computed in. Idempotent. */
    @Override
    public void close() {
        Closing.all(arena::close, onClose);
    }
}
