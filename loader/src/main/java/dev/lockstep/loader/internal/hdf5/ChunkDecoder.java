package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.zip.DataFormatException;

/**
 * Decodes the chunks of a band and puts their values where they belong in it. Confined to one thread at a time; whoever made it closes it.
 */
final class ChunkDecoder implements AutoCloseable {
    private final ChunkedTensor tensor;
    private final ByteSource source;
    private final ChunkGrid grid;
    private final ChunkFilters filters;
    private final SecureArena arena;
    private final Inflating inflating = new Inflating();
    /** A chunk passes from one to the other with each filter. */
    private final MemorySegment[] buffers = new MemorySegment[2];
    /** Values of the dataset: (slots, {@link ChunkGrid#bandBytes}), each slot for one band. */
    private final MemorySegment bands;
    private final int slots;
    /** The slot that is decoded into. */
    private MemorySegment band = MemorySegment.NULL;

    ChunkDecoder(ChunkedTensor tensor, ByteSource source, ChunkGrid grid, ChunkFilters filters) {
        this.tensor = tensor;
        this.source = source;
        this.grid = grid;
        this.filters = filters;
        arena = SecureArena.open("chunks of " + source.name());
        try {
            long bufferBytes = filters.maxStoredBytes(grid.chunkBytes());
            buffers[0] = arena.allocate(bufferBytes);
            buffers[1] = filters.isEmpty() ? MemorySegment.NULL : arena.allocate(bufferBytes);
            slots = Math.toIntExact(Math.min(grid.along(0), LoadLimits.MAX_HDF5_BAND_BYTES / grid.bandBytes()));
            bands = arena.allocate(slots * grid.bandBytes());
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    /** How many bands are held at once: all of them, if that does not take more than one may. */
    int slots() {
        return slots;
    }

    /** Chooses what is decoded into from now on, and gives what is in it. */
    MemorySegment select(int slot) {
        band = bands.asSlice(slot * grid.bandBytes(), grid.bandBytes());
        return band;
    }

    /** @param index number of the chunk */
    void decode(long index) {
        Chunks chunks = tensor.chunks();
        int at = Math.toIntExact(index);
        int size = chunks.sizes()[at];
        source.copy(chunks.addresses()[at], buffers[0], 0, size);
        MemorySegment values;
        try {
            values = filters.decode(buffers[0].asSlice(0, size), chunks.skipped()[at], buffers, grid.elementBytes(), inflating);
        } catch (DataFormatException e) {
            throw fault(chunks.addresses()[at], "a chunk is damaged: " + e.getMessage());
        }
        if (values.byteSize() != grid.chunkBytes()) {
            throw fault(chunks.addresses()[at], "a chunk has " + values.byteSize() + " bytes where its shape makes " + grid.chunkBytes());
        }
        long[] first = grid.first(index);
        place(0, first, values, 0, 0);
    }

    /**
     * Copies a chunk's values from one dimension on.
     *
     * @param from offset in the chunk, in bytes
     * @param to offset in the band, in bytes
     */
    private void place(int dimension, long[] first, MemorySegment values, long from, long to) {
        long inside = Math.min(grid.chunk()[dimension], grid.shape()[dimension] - first[dimension]);
        // bands are cut along the first dimension, so that a chunk's offset in it is that of the band
        long start = dimension == 0 ? to : to + first[dimension] * grid.strideBytes(dimension);
        if (dimension == grid.rank() - 1) {
            MemorySegment.copy(values, from, band, start, inside * grid.elementBytes());
            return;
        }
        long fromStride = grid.chunkStrideBytes(dimension);
        long toStride = grid.strideBytes(dimension);
        for (long i = 0; i < inside; i++) {
            place(dimension + 1, first, values, from + i * fromStride, start + i * toStride);
        }
    }

    private ModelFormatException fault(long address, String problem) {
        return new ModelFormatException(source.name(), address, tensor.name(), problem);
    }

    @Override
    public void close() {
        Closing.all(List.of(inflating::close, arena::close));
    }
}
