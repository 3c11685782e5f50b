package dev.lockstep.loader.internal.hdf5;

/**
 * Where the chunks of a dataset are, by their numbers in the grid. Each lies inside of the file.
 *
 * @param addresses in bytes from the start of the file
 * @param sizes stored bytes
 * @param skipped bits of the filters that a chunk did not go through, the first one lowest
 */
record Chunks(long[] addresses, int[] sizes, byte[] skipped) {
    int count() {
        return addresses.length;
    }
}
