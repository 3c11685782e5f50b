package dev.lockstep.loader;

import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.JoinedSource;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The bytes of a checkpoint that was split: several files that are read as if they lay one behind the other, and loaded one by one.
 *
 * @param source all of them
 * @param parts in order, at least one
 */
record SplitBytes(JoinedSource source, List<FileBytes> parts) implements CheckpointBytes {
    SplitBytes(List<FileBytes> parts) {
        this(new JoinedSource(parts.stream().map(FileBytes::source).toList()), List.copyOf(parts));
    }

    @Override
    public Residency residency() {
        return parts.getFirst().residency();
    }

    @Override
    public long fileBytes() {
        return parts.stream().mapToLong(FileBytes::fileBytes).sum();
    }

    @Override
    public long matrixBytes() {
        return parts.stream().mapToLong(FileBytes::matrixBytes).sum();
    }

    @Override
    public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows, int threads, LongConsumer progress) {
        var loaded = new ArrayList<Weights>();
        long start = 0;
        for (FileBytes part : parts) {
            long from = start;
            long end = from + part.fileBytes();
            List<TensorInfo> ofPart = wanted.stream().filter(tensor -> tensor.byteOffset() >= from && tensor.byteOffset() < end)
                    .map(tensor -> tensor.movedBy(-from)).toList();
            loaded.add(part.loadWeights(ofPart, arena, panelRows, threads, progress));
            start = end;
        }
        return Weights.joined(loaded, this);
    }

    @Override
    public Zeroing zeroing() {
        return parts.stream().map(FileBytes::zeroing).reduce(Zeroing.NONE, Zeroing::plus);
    }

    @Override
    public void close() {
        Closing.all(parts.stream().map(part -> (Runnable) part::close).toList());
    }
}
