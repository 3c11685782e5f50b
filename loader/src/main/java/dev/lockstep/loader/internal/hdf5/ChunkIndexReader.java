package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import io.jhdf.Constants;
import io.jhdf.btree.BTreeV1;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.DatasetInfo;
import io.jhdf.dataset.chunked.indexing.BTreeIndex;
import io.jhdf.dataset.chunked.indexing.ChunkIndex;
import io.jhdf.dataset.chunked.indexing.ExtensibleArrayIndex;
import io.jhdf.dataset.chunked.indexing.FixedArrayIndex;
import io.jhdf.dataset.chunked.indexing.ImplicitChunkIndex;
import io.jhdf.dataset.chunked.indexing.SingleChunkIndex;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessageV4;
import io.jhdf.object.message.DataSpace;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;

/**
 * Finds the chunks of one dataset with jHDF and checks what it found: every chunk of the grid once, inside of the file, of a size that its
 * filters can have. Confined to the thread of the structures.
 */
final class ChunkIndexReader {
    /** Of a tree whose nodes have eight chunks or more, three reads for each node; and some for the smallest. */
    private static final long READS_PER_CHUNK_DIVISOR = 2;
    private static final long MIN_READS = 256;

    /** Arrays grow in steps, and announce more than they hold. */
    private static final long RESERVED_RECORDS = 1024;

    private final BoundedStorage storage;
    private final ChunkGrid grid;
    private final ChunkFilters filters;
    private final Function<String, ModelFormatException> faults;

    /** @param faults makes the exception of a problem of this dataset */
    ChunkIndexReader(BoundedStorage storage, ChunkGrid grid, ChunkFilters filters, Function<String, ModelFormatException> faults) {
        this.storage = storage;
        this.grid = grid;
        this.filters = filters;
        this.faults = faults;
    }

    /** Chunks of files as they were written up to HDF5 1.8, and by default since. */
    Chunks read(ChunkedDataLayoutMessage layout) {
        begin();
        requireWritten(layout.getBTreeAddress());
        return checked(BTreeV1.createDataBTree(storage, layout.getBTreeAddress(), grid.rank()).getChunks());
    }

    /** Chunks of files as HDF5 1.10 and later write them when they are asked for the latest format. */
    Chunks read(ChunkedDataLayoutMessageV4 layout, DataSpace space) {
        begin();
        requireWritten(layout.getAddress());
        int[] chunk = Arrays.stream(grid.chunk()).mapToInt(Math::toIntExact).toArray();
        var info = new DatasetInfo(Math.toIntExact(grid.chunkBytes()), grid.shape(), chunk);
        if (filters.keepsSize() && !filters.isEmpty() && grid.isCut()) {
            throw faults.apply("is shuffled but not compressed, in chunks that reach over its end; jHDF does not tell which of them are");
        }
        return checked(index(layout, space, info).getAllChunks());
    }

    private void begin() {
        storage.begin(grid.count() / READS_PER_CHUNK_DIVISOR + MIN_READS, Math.addExact(grid.count(), RESERVED_RECORDS));
    }

    private void requireWritten(long address) {
        if (address == Constants.UNDEFINED_ADDRESS) {
            throw faults.apply("was created but never written");
        }
    }

    private ChunkIndex index(ChunkedDataLayoutMessageV4 layout, DataSpace space, DatasetInfo info) {
        long address = layout.getAddress();
        return switch (layout.getIndexingType()) {
            case ChunkedDataLayoutMessageV4.SINGLE_CHUNK_INDEX -> new SingleChunkIndex(layout, info);
            case ChunkedDataLayoutMessageV4.IMPLICIT_INDEX -> {
                requireFixed(space, 0);
                yield new ImplicitChunkIndex(address, info);
            }
            case ChunkedDataLayoutMessageV4.FIXED_ARRAY_INDEX -> {
                requireFixed(space, 0);
                yield new FixedArrayIndex(storage, address, info);
            }
            case ChunkedDataLayoutMessageV4.EXTENSIBLE_ARRAY_INDEX -> {
                requireFixed(space, 1);
                yield new ExtensibleArrayIndex(storage, address, info);
            }
            case ChunkedDataLayoutMessageV4.B_TREE_V2_INDEX -> new BTreeIndex(storage, address, info);
            default -> throw faults.apply("has a chunk index of type " + layout.getIndexingType() + "; 1 to 5 exist");
        };
    }

    /** Where dimensions can grow, the chunks of such an index are counted in another order, which jHDF does not know. */
    private void requireFixed(DataSpace space, int from) {
        long[] largest = space.getMaxSizes();
        for (int i = from; i < grid.rank(); i++) {
            if (largest[i] != grid.shape()[i]) {
                throw faults.apply("can be resized in dimension " + i + " and has an array of chunks; only the first dimension may be"
                        + " resizable there");
            }
        }
    }

    private Chunks checked(Collection<Chunk> found) {
        int count = Math.toIntExact(grid.count());
        var chunks = new Chunks(new long[count], new int[count], new byte[count]);
        int distinct = 0;
        for (Chunk chunk : found) {
            int index = Math.toIntExact(grid.indexOf(chunk.getChunkOffset()));
            if (index < 0 || chunks.sizes()[index] != 0) {
                throw faults.apply("has a chunk at " + Arrays.toString(chunk.getChunkOffset()) + (index < 0 ? ", where none can be" : " twice"));
            }
            put(chunks, index, chunk);
            distinct++;
        }
        if (distinct < count) {
            throw faults.apply("has " + distinct + " of " + count + " chunks; the others were never written");
        }
        return chunks;
    }

    private void put(Chunks chunks, int index, Chunk chunk) {
        long address = chunk.getAddress();
        int size = chunk.getSize();
        int skipped = chunk.getFilterMask().isEmpty() ? 0 : (int) chunk.getFilterMask().toLongArray()[0];
        boolean possible = filters.keepsSize() ? size == grid.chunkBytes() : size > 0 && size <= filters.maxStoredBytes(grid.chunkBytes());
        if (!possible) {
            throw faults.apply("has a chunk of " + size + " stored bytes where its shape makes " + grid.chunkBytes());
        }
        if (address < 0 || address > storage.size() - size) {
            throw faults.apply("has a chunk of " + size + " bytes at byte " + address + ", outside of the file");
        }
        chunks.addresses()[index] = address;
        chunks.sizes()[index] = size;
        chunks.skipped()[index] = (byte) skipped;
    }

    /** Refuses what would take too much memory before any is taken. */
    static void requireModest(ChunkGrid grid, Function<String, ModelFormatException> faults) {
        if (grid.count() > LoadLimits.MAX_HDF5_CHUNKS) {
            throw faults.apply("is cut into " + grid.count() + " chunks; up to " + LoadLimits.MAX_HDF5_CHUNKS + " are supported");
        }
        long largest = Math.max(grid.chunkBytes(), grid.bandBytes());
        if (largest > LoadLimits.MAX_HDF5_BAND_BYTES) {
            throw faults.apply("its chunks are so large that " + largest + " bytes have to be decoded at once; up to "
                    + LoadLimits.MAX_HDF5_BAND_BYTES + " are supported (h5repack -l CHUNK=... makes smaller ones)");
        }
    }
}
