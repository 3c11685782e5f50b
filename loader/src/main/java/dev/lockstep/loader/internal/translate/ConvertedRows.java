package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.BlockCodec;
import dev.lockstep.quant.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rows in another type: expanded to F32, then rounded to the wanted one as its quantizer does it.
 *
 * @param source of a type with a codec
 * @param type with a codec; rows are whole blocks of it
 */
record ConvertedRows(RowSource source, DType type) implements RowSource {
    /** The source itself where nothing has to be done. */
    static RowSource of(RowSource source, DType type) {
        return source.type() == type ? source : new ConvertedRows(source, type);
    }

    @Override
    public List<Long> shape() {
        return source.shape();
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        long encodedBytes = Scratch.padded(rows * source.rowBytes());
        MemorySegment rest = scratch.asSlice(encodedBytes);
        source.read(from, rows, scratch, rest.asSlice(floatBytes(rows)));
        MemorySegment floats = type == DType.F32 ? target : rest;
        codec(source.type()).decode(scratch, 0, floats, 0, rows * columns() / source.type().blockElements());
        if (type != DType.F32) {
            codec(type).encode(floats, 0, target, 0, rows * columns() / type.blockElements());
        }
    }

    private static BlockCodec codec(DType type) {
        return type.codec().orElseThrow();
    }

    private long floatBytes(long rows) {
        return type == DType.F32 ? 0 : Scratch.padded(DType.F32.byteSize(rows * columns()));
    }

    @Override
    public long scratchBytes(long rows) {
        return Math.addExact(Scratch.padded(rows * source.rowBytes()) + floatBytes(rows), source.scratchBytes(rows));
    }

    @Override
    public Stream<StoredPart> parts() {
        return source.parts();
    }
}
