package dev.lockstep.loader;

import dev.lockstep.loader.internal.FreshMemory;
import dev.lockstep.loader.internal.WeightLoader;
import dev.lockstep.loader.internal.translate.TensorImage;
import dev.lockstep.quant.WeightMatrix;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tensors that are computed from those of other files. Matrices get memory of their own, one after the other, and what they were made
 * from is given up as it is used: at any time there is hardly more than the larger of the two.
 *
 * @param source the tensors
 * @param files what they are computed from; all are closed with this
 * @param memory of the matrices
 */
record TranslatedBytes(TensorImage source, List<FileBytes> files, SecureArena memory) implements CheckpointBytes {
    /** Takes the image and the files over. */
    static TranslatedBytes of(TensorImage source, List<FileBytes> files) {
        return new TranslatedBytes(source, List.copyOf(files), SecureArena.open("matrices of " + source.name()));
    }

    @Override
    public Residency residency() {
        return Residency.RESIDENT;
    }

    @Override
    public long fileBytes() {
        return files.stream().mapToLong(FileBytes::fileBytes).sum();
    }

    @Override
    public long matrixBytes() {
        return source.byteSize();
    }

    @Override
    public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads) {
        source.retain(wanted);
        var vectors = new HashMap<String, MemorySegment>();
        Map<String, WeightMatrix> matrices = new HashMap<>();
        for (TensorInfo tensor : wanted.stream().sorted(Comparator.comparingLong(TensorInfo::byteOffset)).toList()) {
            var loader = new WeightLoader(source, new FreshMemory(memory), arena, panelRows);
            loader.load(List.of(tensor), threads);
            vectors.putAll(loader.vectors());
            matrices.putAll(loader.matrices());
            source.release(tensor);
        }
        closeStored();
        memory.seal();
        return new Weights(vectors, matrices, this);
    }

    private void closeStored() {
        Closing.all(Stream.concat(Stream.<Runnable>of(source::close), files.stream().map(file -> (Runnable) file::close)).toList());
    }

    @Override
    public Zeroing zeroing() {
        return files.stream().map(FileBytes::zeroing).reduce(memory.zeroing().plus(source.zeroing()), Zeroing::plus);
    }

    @Override
    public void close() {
        Closing.all(List.of(this::closeStored, memory::close));
    }
}
