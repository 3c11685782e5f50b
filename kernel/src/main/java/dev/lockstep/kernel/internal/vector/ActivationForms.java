package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.internal.scalar.ScalarActivations;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** Makes the forms of activations that the tiles read; the numbers are those of {@link ScalarActivations}, to the last bit. */
final class ActivationForms {
    private static final int BLOCK = Activations.BLOCK;
    private static final int HALF_BLOCK = BLOCK / 2;
    /** Added to a float of magnitude below 2^22 it leaves the nearest int in the lowest bits of the sum. */
    private static final float ROUNDER = 0x1.8p23f;
    private static final int LOWER_HALF = 0xFFFF;
    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    private ActivationForms() {
    }

    static void prepare(Activations x, int fromTile, int toTile, int tokens) {
        int from = fromTile * Activations.TILE;
        int to = Math.min(toTile * Activations.TILE, tokens);
        if (x.hasInts()) {
            for (int token = from; token < to; token++) {
                quantize(x, token);
            }
        }
        if (tokens > 1) {
            transpose(x, from, to);
            if (x.hasPacked() && PackedMatMul.readsPacked(tokens)) {
                for (int tile = fromTile; tile < toTile; tile++) {
                    PackedActivations.pack(x, tile, tokens);
                }
            }
        }
    }

    private static void transpose(Activations x, int from, int to) {
        for (int token = from; token < to; token++) {
            if (x.hasFloats()) {
                interleave(x.rows().data(), x.rows().offset(token), x.columns(), x.floats().tiles(), token);
            }
            if (x.hasInts() && x.ints().isTiled()) {
                interleave(x.ints().values(), (long) token * x.columns() * Integer.BYTES, x.columns(), x.ints().tiles(), token);
                interleave(x.ints().blockSums(), x.columns() / BLOCK, token);
                interleave(x.ints().halfSums(), x.columns() / HALF_BLOCK, token);
            }
        }
    }

    private static void interleave(Activations.Sums sums, int groups, int token) {
        if (sums.isTiled()) {
            interleave(sums.rows(), (long) token * groups * Float.BYTES, groups, sums.tiles(), token);
        }
    }

    /** Copies 32-bit values of one row to its place in tiles of shape (columns, QUAD). */
    private static void interleave(MemorySegment row, long rowAt, int columns, MemorySegment tiles, int token) {
        int width = Activations.QUAD;
        long at = ((long) token / width * columns * width + token % width) * Integer.BYTES;
        long step = (long) width * Integer.BYTES;
        for (int k = 0; k < columns; k++) {
            tiles.set(LittleEndian.INT, at + k * step, row.get(LittleEndian.INT, rowAt + (long) k * Integer.BYTES));
        }
    }

    private static void quantize(Activations x, int token) {
        MemorySegment row = x.rows().data();
        MemorySegment values = x.ints().values();
        int blocks = x.columns() / BLOCK;
        for (int block = 0; block < blocks; block++) {
            long at = x.rows().offset(token) + (long) block * BLOCK * Float.BYTES;
            long to = ((long) token * x.columns() + (long) block * BLOCK) * Integer.BYTES;
            float scale = maxMagnitude(row, at) / ScalarActivations.MAX_QUANT;
            long sums = round(row, at, scale, values, to);
            if (magnitude(sums) > Activations.MAX_BLOCK_MAGNITUDE) {
                scale = ScalarActivations.coarser(scale, magnitude(sums));
                sums = round(row, at, scale, values, to);
            }
            int first = (short) sums;
            ScalarActivations.describeBlock(x.ints(), (long) token * blocks + block, scale, first, (int) sums - first >> 16);
        }
    }

    /** Of a block. Without their signs, floats are ordered like the ints of their bits, NaN above all others. */
    private static float maxMagnitude(MemorySegment row, long at) {
        IntVector max = fromMemorySegment(INTS, row, at, ORDER).and(Integer.MAX_VALUE);
        for (int i = LANES; i < BLOCK; i += LANES) {
            max = max.max(fromMemorySegment(INTS, row, at + (long) i * Float.BYTES, ORDER).and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(max.reduceLanes(MAX));
    }

    /**
     * A block.
     *
     * @return sum of the quants of its first half + 2^16 · that of the second in the lower int, sum of their magnitudes in the upper
     */
    private static long round(MemorySegment row, long at, float scale, MemorySegment values, long to) {
        if (ScalarActivations.isBroken(scale)) {
            values.asSlice(to, (long) BLOCK * Integer.BYTES).fill((byte) 0);
            return 0;
        }
        MemorySegment xs = row.asSlice(at, (long) BLOCK * Float.BYTES);
        MemorySegment out = values.asSlice(to, (long) BLOCK * Integer.BYTES);
        float inverse = ScalarActivations.inverse(scale);
        IntVector magnitudes = IntVector.zero(Species.INTS);
        IntVector sums = magnitudes;
        for (int i = 0; i < HALF_BLOCK; i += LANES) {
            long first = (long) i * Integer.BYTES;
            long second = first + (long) HALF_BLOCK * Integer.BYTES;
            IntVector p = fromMemorySegment(FLOATS, xs, first, ORDER).mul(inverse).add(ROUNDER).reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector q = fromMemorySegment(FLOATS, xs, second, ORDER).mul(inverse).add(ROUNDER).reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector pUpper = p.lanewise(LSHL, Short.SIZE);
            IntVector qUpper = q.lanewise(LSHL, Short.SIZE);
            magnitudes = magnitudes.add(p.abs()).add(q.abs());
            sums = sums.add(p).add(qUpper);
            p.and(LOWER_HALF).or(pUpper).intoMemorySegment(out, first, ORDER);
            q.and(LOWER_HALF).or(qUpper).intoMemorySegment(out, second, ORDER);
        }
        return (long) magnitudes.reduceLanes(ADD) << Integer.SIZE | sums.reduceLanes(ADD) & 0xFFFF_FFFFL;
    }

    private static int magnitude(long sums) {
        return (int) (sums >> Integer.SIZE);
    }
}
