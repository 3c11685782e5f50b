package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A tensor in chunks, decoded a band at a time in secure memory. Bands are kept, as many as there is room for: what is stored as (input,
 * output) is asked for column by column, and several threads read in several places.
 *
 * <p><b>Threads.</b> Any number may read; they wait for each other. <b>Ownership.</b> The memory is taken with the first read and given back
 * with the last byte of a tensor that was read in order, when it is discarded, or when the file is closed.
 */
final class ChunkedTensor implements StoredTensor, AutoCloseable {
    private static final long NO_BAND = -1;
    private static final long NOT_IN_ORDER = -1;

    private final String name;
    private final ElementType element;
    private final List<Long> shape;
    private final long byteSize;
    private final ByteSource source;
    private final ChunkGrid grid;
    private final Chunks chunks;
    private final ChunkFilters filters;
    /** Null while nothing is decoded. */
    private ChunkDecoder decoder;
    /** The band that each slot of the decoder holds. */
    private long[] held = {};
    /** Where the next read begins if all are in order. */
    private long next;

    ChunkedTensor(String name, ElementType element, List<Long> shape, ByteSource source, ChunkGrid grid, Chunks chunks, ChunkFilters filters) {
        this.name = name;
        this.element = element;
        this.shape = List.copyOf(shape);
        this.byteSize = Math.multiplyExact(grid.shape()[0], grid.strideBytes(0));
        this.source = source;
        this.grid = grid;
        this.chunks = chunks;
        this.filters = filters;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String file() {
        return source.name();
    }

    @Override
    public Type type() {
        return element.stored();
    }

    @Override
    public List<Long> shape() {
        return shape;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    Chunks chunks() {
        return chunks;
    }

    /** @throws ModelFormatException if a chunk is damaged */
    @Override
    public synchronized void read(long from, MemorySegment dst) {
        Objects.checkFromIndexSize(from, dst.byteSize(), byteSize);
        long end = from + dst.byteSize();
        long bandBytes = grid.bandBytes();
        for (long at = from; at < end; ) {
            long bandStart = at / bandBytes * bandBytes;
            long count = Math.min(end, bandStart + bandBytes) - at;
            MemorySegment.copy(band(at / bandBytes), at - bandStart, dst, at - from, count);
            at += count;
        }
        next = from == next ? end : NOT_IN_ORDER;
        if (next == byteSize) {
            close();
        }
    }

    private MemorySegment band(long wanted) {
        if (decoder == null) {
            decoder = new ChunkDecoder(this, source, grid, filters);
            held = new long[decoder.slots()];
            Arrays.fill(held, NO_BAND);
        }
        int slot = Math.toIntExact(wanted % held.length);
        MemorySegment band = decoder.select(slot);
        if (held[slot] != wanted) {
            held[slot] = NO_BAND;
            for (long i = 0; i < grid.chunksInBand(); i++) {
                decoder.decode(wanted * grid.chunksInBand() + i);
            }
            if (element.swapped()) {
                ByteSwap.inPlace(band, element.stored().bytes());
            }
            held[slot] = wanted;
        }
        return band;
    }

    @Override
    public void discard() {
        close();
        for (int i = 0; i < chunks.count(); i++) {
            source.discard(chunks.addresses()[i], chunks.sizes()[i]);
        }
    }

    /** Gives the memory back; a later read takes it anew. Idempotent. */
    @Override
    public synchronized void close() {
        next = 0;
        if (decoder != null) {
            decoder.close();
            decoder = null;
        }
    }
}
