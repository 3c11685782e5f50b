package dev.lockstep.loader.internal.hdf5;

import java.util.Arrays;

/**
 * How a dataset is cut into chunks. Chunks at the end of a dimension are stored whole, with values in them that belong to nobody. Chunks
 * are numbered in row-major order; those with the same place in the first dimension make up a band, whose values lie side by side in the
 * dataset.
 *
 * @param shape of the dataset in values, slowest dimension first; at least one
 * @param chunk shape of a chunk in values
 * @param elementBytes size of a value
 */
record ChunkGrid(long[] shape, long[] chunk, int elementBytes) {
    int rank() {
        return shape.length;
    }

    /** Chunks along a dimension. */
    long along(int dimension) {
        return Math.ceilDiv(shape[dimension], chunk[dimension]);
    }

    /** Number of chunks. */
    long count() {
        long count = 1;
        for (int i = 0; i < rank(); i++) {
            count = Math.multiplyExact(count, along(i));
        }
        return count;
    }

    /** Bytes of a whole chunk. */
    long chunkBytes() {
        return Math.multiplyExact(Arrays.stream(chunk).reduce(1, Math::multiplyExact), elementBytes);
    }

    /** Bytes of the dataset that one step in a dimension passes over. */
    long strideBytes(int dimension) {
        return Math.multiplyExact(Arrays.stream(shape, dimension + 1, rank()).reduce(1, Math::multiplyExact), elementBytes);
    }

    /** Bytes of a chunk that one step in a dimension passes over. */
    long chunkStrideBytes(int dimension) {
        return Arrays.stream(chunk, dimension + 1, rank()).reduce(1, Math::multiplyExact) * elementBytes;
    }

    /** Bytes of the dataset in a band; the last one may have fewer. */
    long bandBytes() {
        return Math.multiplyExact(Math.min(chunk[0], shape[0]), strideBytes(0));
    }

    /** Chunks in a band. */
    long chunksInBand() {
        return count() / along(0);
    }

    /** True if chunks reach over the end of the dataset. */
    boolean isCut() {
        for (int i = 0; i < rank(); i++) {
            if (shape[i] % chunk[i] != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * The number of the chunk whose first value has this place.
     *
     * @return -1 if no chunk begins there
     */
    long indexOf(long[] first) {
        long index = 0;
        for (int i = 0; i < rank(); i++) {
            if (first.length != rank() || first[i] < 0 || first[i] >= shape[i] || first[i] % chunk[i] != 0) {
                return -1;
            }
            index = index * along(i) + first[i] / chunk[i];
        }
        return index;
    }

    /** The place of the first value of a chunk. */
    long[] first(long index) {
        long[] first = new long[rank()];
        long left = index;
        for (int i = rank() - 1; i >= 0; i--) {
            first[i] = left % along(i) * chunk[i];
            left /= along(i);
        }
        return first;
    }
}
