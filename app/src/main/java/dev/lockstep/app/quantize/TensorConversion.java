package dev.lockstep.app.quantize;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.quant.BlockCodec;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;

/** Values of one tensor on their way from one type to another, by way of float32. Memory is borrowed. Thread-safe. */
final class TensorConversion {
    /** Values that a thread converts at once: 256 KiB as floats, which stay in its cache, and whole blocks of every type. */
    static final long PIECE_ELEMENTS = 64 << 10;

    /** The largest magnitude of half precision, which most types use for values or scales. */
    private static final float MAX_HALF = 65_504;

    private final String file;
    private final TensorInfo tensor;
    private final BlockCodec from;
    private final DType type;
    private final BlockCodec to;
    private final float largest;

    /**
     * @param file name of the tensor's file, for messages
     * @param tensor of a computable type
     * @param type what it becomes, computable as well; rows are whole blocks of it
     */
    TensorConversion(String file, TensorInfo tensor, DType type) {
        this.file = file;
        this.tensor = tensor;
        this.from = tensor.type().codec().orElseThrow();
        this.type = type;
        this.to = type.codec().orElseThrow();
        this.largest = switch (type) {
            case F32, BF16, MXFP4 -> Float.MAX_VALUE;
            default -> MAX_HALF;
        };
    }

    /**
     * Converts rows.
     *
     * @param firstRow which row of the tensor comes first, for messages
     * @param source whole rows in the tensor's type
     * @param target as many rows in the new type
     * @param floats float32, shape (threads, {@link #PIECE_ELEMENTS}), what each thread works in
     * @throws ModelFormatException if a value is not finite, or too large for the new type
     */
    void convert(long firstRow, MemorySegment source, MemorySegment target, MemorySegment floats, WorkerPool pool) {
        long elements = source.byteSize() / tensor.type().blockBytes() * tensor.type().blockElements();
        long firstElement = firstRow * tensor.columns();
        pool.run(Math.ceilDiv(elements, PIECE_ELEMENTS), (worker, begin, end) -> {
            MemorySegment own = floats.asSlice(worker * PIECE_ELEMENTS * Float.BYTES, PIECE_ELEMENTS * Float.BYTES);
            for (long piece = begin; piece < end; piece++) {
                requireProcess();
                long at = piece * PIECE_ELEMENTS;
                long count = Math.min(PIECE_ELEMENTS, elements - at);
                from.decode(source, tensor.type().byteSize(at), own, 0, count / tensor.type().blockElements());
                requireInRange(own, count, firstElement + at);
                to.encode(own, 0, target, type.byteSize(at), count / type.blockElements());
            }
        });
    }

    /** The end of the process waits only seconds for the unfinished file to be deleted. */
    private static void requireProcess() {
        if (SecureArena.isProcessEnding()) {
            throw new IllegalStateException("the process ends");
        }
    }

    private void requireInRange(MemorySegment values, long count, long firstElement) {
        for (long i = 0; i < count; i++) {
            float value = values.get(LittleEndian.FLOAT, i * Float.BYTES);
            // false for NaN, too
            if (!(Math.abs(value) <= largest)) {
                throw new ModelFormatException(file, ModelFormatException.NO_OFFSET, tensor.name(), "value " + (firstElement + i) + " is "
                        + value + "; " + type + " holds finite values up to " + largest);
            }
        }
    }
}
