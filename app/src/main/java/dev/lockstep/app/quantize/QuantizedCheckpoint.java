package dev.lockstep.app.quantize;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.GgufMetadata;
import dev.lockstep.loader.GgufTensor;
import dev.lockstep.loader.GgufWriter;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.QuantizationRule;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.DType;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * What a checkpoint becomes when it is quantized: the same tensors in the same order, matrices in another type, and the same metadata
 * but for what says how it is quantized. Borrows the checkpoint, whose weights must not have been loaded. One thread at a time.
 */
public final class QuantizedCheckpoint {
    /** Values that are read, converted and written at once: enough for all threads, and little memory. */
    private static final long CHUNK_ELEMENTS = 4L << 20;

    private static final String FILE_TYPE = "general.file_type";
    private static final String QUANTIZATION_VERSION = "general.quantization_version";

    /** What is true of the file that was read, and not of the one that is written. */
    private static final Set<String> NOT_COPIED = Set.of(FILE_TYPE, QUANTIZATION_VERSION, "general.alignment", "split.no", "split.count",
            "split.tensors.count");

    private final VerifiedCheckpoint source;
    private final QuantizationRule rule;
    /** In the order of the checkpoint's. */
    private final List<GgufTensor> tensors = new ArrayList<>();

    /**
     * Decides what becomes of each tensor.
     *
     * @param type of the matrices
     * @param pure see {@link QuantizationRule}
     * @throws ModelFormatException if there is a tensor that cannot be converted
     */
    public QuantizedCheckpoint(VerifiedCheckpoint source, DType type, boolean pure) {
        this.source = source;
        this.rule = new QuantizationRule(type, pure, source.tensor(QuantizationRule.OUTPUT).isEmpty());
        for (TensorInfo tensor : source.tensors()) {
            DType wanted = rule.typeOf(tensor.name(), tensor.type(), tensor.shape());
            if (wanted != tensor.type() && !tensor.type().isComputable()) {
                throw new ModelFormatException(source.name(), tensor.byteOffset(), tensor.name(), "has type " + tensor.type()
                        + ", which cannot be converted; supported are " + DType.computableNames());
            }
            tensors.add(new GgufTensor(tensor.name(), wanted, tensor.shape()));
        }
    }

    /** Matrices that are quantized already and would be quantized anew, which loses more than quantizing the original would. */
    public List<TensorInfo> requantized() {
        List<TensorInfo> found = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            TensorInfo tensor = source.tensors().get(i);
            if (isQuantized(tensor.type()) && isQuantized(tensors.get(i).type()) && tensor.type() != tensors.get(i).type()) {
                found.add(tensor);
            }
        }
        return found;
    }

    private static boolean isQuantized(DType type) {
        return type.blockElements() > 1;
    }

    /** How many tensors there will be of each type. */
    public Map<DType, Long> tensorsByType() {
        return tensors.stream().collect(Collectors.groupingBy(GgufTensor::type, TreeMap::new, Collectors.counting()));
    }

    /** Bytes of all tensors in the file. */
    public long byteSize() {
        return tensors.stream().mapToLong(GgufTensor::byteSize).reduce(0, Math::addExact);
    }

    /** Bits of the file's tensors for each value. */
    public double bitsPerWeight() {
        return (double) Byte.SIZE * byteSize() / elements();
    }

    /** Number of values. */
    public long elements() {
        return tensors.stream().mapToLong(GgufTensor::elements).reduce(0, Math::addExact);
    }

    /**
     * Writes it.
     *
     * @param progress is told how many values are written, from time to time
     * @throws ModelFormatException if a value is not finite, or too large for the type; nothing stays behind
     * @throws IOException if it cannot be written; nothing stays behind
     */
    public void write(Path file, GgufWriter.Existing existing, LongConsumer progress) throws IOException {
        // the lease makes a process that ends wait until the unfinished file is deleted
        try (var memory = SecureArena.open("weights on their way"); var pool = new WorkerPool(WorkerPool.defaultThreads());
                var _ = memory.lease(); var writer = GgufWriter.create(file, existing, metadata(), tensors)) {
            MemorySegment floats = memory.allocate(pool.threads() * TensorConversion.PIECE_ELEMENTS * Float.BYTES);
            long done = 0;
            for (int i = 0; i < tensors.size(); i++) {
                long before = done;
                write(source.tensors().get(i), tensors.get(i).type(), floats, pool, writer, count -> progress.accept(before + count));
                done += tensors.get(i).elements();
            }
            writer.finish();
        }
    }

    private void write(TensorInfo tensor, DType type, MemorySegment floats, WorkerPool pool, GgufWriter writer, LongConsumer progress)
            throws IOException {
        long rowsAtOnce = Math.clamp(CHUNK_ELEMENTS / tensor.columns(), 1, tensor.rows());
        try (var memory = SecureArena.open("rows on their way")) {
            MemorySegment from = memory.allocate(Math.multiplyExact(rowsAtOnce, tensor.type().byteSize(tensor.columns())));
            MemorySegment to = memory.allocate(Math.multiplyExact(rowsAtOnce, type.byteSize(tensor.columns())));
            for (long row = 0; row < tensor.rows(); row += rowsAtOnce) {
                long rows = Math.min(rowsAtOnce, tensor.rows() - row);
                MemorySegment read = from.asSlice(0, from.byteSize() / rowsAtOnce * rows);
                source.readTensor(tensor, row, read);
                if (type == tensor.type()) {
                    writer.write(tensor.name(), read);
                } else {
                    MemorySegment converted = to.asSlice(0, to.byteSize() / rowsAtOnce * rows);
                    new TensorConversion(source.name(), tensor, type).convert(row, read, converted, floats, pool);
                    writer.write(tensor.name(), converted);
                }
                progress.accept((row + rows) * tensor.columns());
            }
        }
    }

    private GgufMetadata metadata() {
        var metadata = new GgufMetadata();
        for (String key : source.metadata().keys()) {
            if (!NOT_COPIED.contains(key)) {
                metadata.value(key, source.metadata().get(key).orElseThrow());
            }
        }
        return metadata.uint32(QUANTIZATION_VERSION, QuantizationRule.QUANTIZATION_VERSION).uint32(FILE_TYPE, fileType(rule.type()));
    }

    /** The number of the type that most matrices have (ggml-org/llama.cpp, include/llama.h, enum llama_ftype, 2025-08). */
    private static int fileType(DType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q8_0 -> 7;
            case Q5_0 -> 8;
            case Q5_1 -> 9;
            case Q2_K -> 10;
            case Q3_K -> 11;
            case Q4_K -> 14;
            case Q5_K -> 16;
            case Q6_K -> 18;
            case IQ4_NL -> 25;
            case BF16 -> 32;
            case MXFP4 -> 38;
            default -> throw new IllegalStateException(type + " cannot be made");
        };
    }
}
