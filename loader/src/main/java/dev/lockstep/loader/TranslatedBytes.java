package dev.lockstep.loader;

import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.FreshMemory;
import dev.lockstep.loader.internal.WeightLoader;
import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.translate.TensorImage;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.WeightMatrix;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Tensors that are computed from those of other files. Matrices get memory of their own, one after the other, and what they were made
 * from is given up as it is used: at any time there is hardly more than the larger of the two.
 */
final class TranslatedBytes implements CheckpointBytes {
    private final TensorImage source;
    private final List<FileBytes> files;
    private final Optional<DType> type;
    private final String part;
    private Optional<SecureArena> memory = Optional.empty();

    /**
     * Takes the image and the files over.
     *
     * @param source the tensors
     * @param files what they are computed from
     * @param type to which they are quantized, if they are
     * @param part which of the models in the files it is; empty if they hold one
     */
    TranslatedBytes(TensorImage source, List<FileBytes> files, Optional<DType> type, String part) {
        this.source = source;
        this.files = List.copyOf(files);
        this.type = type;
        this.part = part;
    }

    @Override
    public ByteSource source() {
        return source;
    }

    @Override
    public String identity(String ofFiles) {
        String what = type.map(DType::name).orElse("") + (part.isEmpty() ? "" : ' ' + part);
        return what.isEmpty() ? ofFiles : HexFormat.of().formatHex(Sha256.of((ofFiles + ' ' + what).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public Residency residency() {
        return files.isEmpty() ? Residency.RESIDENT : files.getFirst().residency();
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
    public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads, LongConsumer progress) {
        if (residency() == Residency.MAPPED) {
            throw new ModelFormatException(source.name(), ModelFormatException.NO_OFFSET, "", "its matrices are computed when they are"
                    + " loaded, so they cannot stay in their file; use the residency RESIDENT, or make a GGUF file of it with lockstep quantize");
        }
        source.retain(wanted);
        SecureArena own = SecureArena.open("matrices of " + source.name());
        memory = Optional.of(own);
        var vectors = new HashMap<String, MemorySegment>();
        Map<String, WeightMatrix> matrices = new HashMap<>();
        for (List<TensorInfo> parts : source.inOrder(wanted)) {
            var loader = new WeightLoader(source, new FreshMemory(own), arena, panelRows);
            loader.load(parts, threads);
            vectors.putAll(loader.vectors());
            matrices.putAll(loader.matrices());
            parts.forEach(source::release);
            progress.accept(parts.getLast().byteOffset() + parts.getLast().byteSize());
        }
        closeStored();
        own.seal();
        return new Weights(vectors, matrices, this);
    }

    private void closeStored() {
        Closing.all(Stream.concat(Stream.<Runnable>of(source::close), files.stream().map(file -> (Runnable) file::close)).toList());
    }

    @Override
    public Zeroing zeroing() {
        Zeroing own = memory.map(SecureArena::zeroing).orElse(Zeroing.NONE).plus(source.zeroing());
        return files.stream().map(FileBytes::zeroing).reduce(own, Zeroing::plus);
    }

    @Override
    public void close() {
        Closing.all(this::closeStored, () -> memory.ifPresent(SecureArena::close));
    }
}
