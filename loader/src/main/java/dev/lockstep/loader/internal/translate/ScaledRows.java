package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * A matrix of which rectangles share a factor: of all values, of a row, or of a tile.
 *
 * @param values a matrix of type F32
 * @param scales of type F32, one for each rectangle: (rows of rectangles, rectangles in a row)
 * @param tileRows rows of a rectangle; the last ones may have fewer
 * @param tileColumns columns of a rectangle
 */
record ScaledRows(RowSource values, RowSource scales, long tileRows, long tileColumns) implements RowSource {
    @Override
    public DType type() {
        return DType.F32;
    }

    @Override
    public List<Long> shape() {
        return values.shape();
    }

    @Override
    public void read(long from, long rows, MemorySegment target, MemorySegment scratch) {
        long firstTile = from / tileRows;
        long tiles = (from + rows - 1) / tileRows + 1 - firstTile;
        long scaleBytes = scales.rowBytes();
        long columns = columns();
        MemorySegment rest = scratch.asSlice(Scratch.padded(tiles * scaleBytes));
        scales.read(firstTile, tiles, scratch, rest);
        values.read(from, rows, target, rest);
        for (long row = 0; row < rows; row++) {
            long scaleRow = ((from + row) / tileRows - firstTile) * scaleBytes;
            for (long column = 0; column < columns; column++) {
                long at = (row * columns + column) * Float.BYTES;
                float scale = scratch.get(LittleEndian.FLOAT, scaleRow + column / tileColumns * Float.BYTES);
                target.set(LittleEndian.FLOAT, at, target.get(LittleEndian.FLOAT, at) * scale);
            }
        }
    }

    @Override
    public long scratchBytes(long rows) {
        long tiles = Math.min(rows / tileRows + 2, scales.rows());
        return Math.addExact(Scratch.padded(tiles * scales.rowBytes()), Math.max(values.scratchBytes(rows), scales.scratchBytes(tiles)));
    }

    @Override
    public Stream<StoredPart> parts() {
        return Stream.concat(values.parts(), scales.parts());
    }
}
