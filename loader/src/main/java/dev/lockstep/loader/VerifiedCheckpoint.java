package dev.lockstep.loader;

import dev.lockstep.loader.internal.PrivateCopy;
import dev.lockstep.loader.internal.gguf.GgufHeader;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint whose bytes were compared with a trusted signature, or for which the caller explicitly waived that; see
 * {@link #provenance()}. Only {@link CheckpointLoader} makes one. It holds a private copy of the file in secure memory.
 *
 * <p><b>Ownership.</b> The holder closes it, which zeroes the copy. <b>Threads.</b> One at a time.
 */
public final class VerifiedCheckpoint implements AutoCloseable {
    private final PrivateCopy copy;
    private final GgufHeader header;
    private final Provenance provenance;

    /** A model asks for thousands of tensors by name, so looking through all of them each time would take minutes. */
    private final Map<String, TensorInfo> tensorsByName = new HashMap<>();

    VerifiedCheckpoint(PrivateCopy copy, GgufHeader header, Provenance provenance) {
        this.copy = copy;
        this.header = header;
        this.provenance = provenance;
        header.tensors().forEach(tensor -> tensorsByName.put(tensor.name(), tensor));
    }

    /** Name of the file, without its folder. */
    public String name() {
        return copy.name();
    }

    /** Bytes of the file. */
    public long byteSize() {
        return copy.byteSize();
    }

    /** The container and its version, for people. */
    public String format() {
        return "GGUF v" + header.version();
    }

    public Provenance provenance() {
        return provenance;
    }

    public Metadata metadata() {
        return header.metadata();
    }

    /** All tensors, in file order. */
    public List<TensorInfo> tensors() {
        return header.tensors();
    }

    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(tensorsByName.get(name));
    }

    /**
     * Moves tensors out of the private copy into the caller's arena: vectors become float32, matrices become panels. The copy
     * is zeroed behind the tensors, so this can be done once.
     *
     * @param wanted tensors of this checkpoint with one or two dimensions, of computable types
     * @param arena where the weights go; the caller owns it, also when this fails half-way
     * @param panelRows rows per panel, as the kernels want them
     */
    public Weights loadWeights(List<TensorInfo> wanted, SecureArena arena, int panelRows) {
        Map<String, MemorySegment> vectors = new LinkedHashMap<>();
        Map<String, PanelMatrix> matrices = new LinkedHashMap<>();
        try (var scratch = SecureArena.open("weaving scratch")) {
            MemorySegment rows = scratch.allocate(largestPanel(wanted, panelRows));
            for (TensorInfo tensor : wanted.stream().sorted(Comparator.comparingLong(TensorInfo::byteOffset)).toList()) {
                if (tensor.shape().size() == 1) {
                    vectors.put(tensor.name(), vector(tensor, arena, rows));
                } else {
                    matrices.put(tensor.name(), matrix(tensor, arena, rows, panelRows));
                }
                copy.discardBefore(tensor.byteOffset() + tensor.byteSize());
            }
        }
        return new Weights(vectors, matrices);
    }

    private static long largestPanel(List<TensorInfo> wanted, int panelRows) {
        return wanted.stream()
                .mapToLong(tensor -> Math.multiplyExact(tensor.type().byteSize(tensor.columns()),
                        Math.min(panelRows, tensor.rows())))
                .max().orElse(0);
    }

    private MemorySegment vector(TensorInfo tensor, SecureArena arena, MemorySegment scratch) {
        DType type = tensor.type();
        copy.copy(tensor.byteOffset(), scratch, 0, tensor.byteSize());
        MemorySegment floats = arena.allocate(Math.multiplyExact(tensor.elements(), (long) Float.BYTES));
        type.codec().orElseThrow().decode(scratch, 0, floats, 0, tensor.elements() / type.blockElements());
        return floats;
    }

    private PanelMatrix matrix(TensorInfo tensor, SecureArena arena, MemorySegment scratch, int panelRows) {
        var layout = new PanelLayout(tensor.type(), tensor.rows(), tensor.columns(), panelRows);
        MemorySegment panels = arena.allocate(layout.allocationBytes());
        for (long panel = 0; panel < layout.panels(); panel++) {
            long from = tensor.byteOffset() + panel * panelRows * layout.rowBytes();
            copy.copy(from, scratch, 0, layout.rowsIn(panel) * layout.rowBytes());
            layout.pack(panel, scratch, panels);
            copy.discardBefore(from);
        }
        return new PanelMatrix(layout, panels);
    }

    /** What was zeroed of the private copy so far. */
    public Zeroing zeroing() {
        return copy.zeroing();
    }

    /** Zeroes and frees the private copy. Idempotent. */
    @Override
    public void close() {
        copy.close();
    }
}
