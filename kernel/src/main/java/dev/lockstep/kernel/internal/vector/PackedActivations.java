package dev.lockstep.kernel.internal.vector;

import dev.lockstep.kernel.Activations;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/** Packs the quants of the tokens of a tile three by three, see {@link Activations.PackedForm}. Tokens that are missing count as zeros. */
final class PackedActivations {
    private static final int BLOCK = Activations.BLOCK;
    private static final int TRIPLE = Activations.TRIPLE;
    /** Bits from one token's quant to the next one's. */
    private static final int FIELD = 18;

    private PackedActivations() {
    }

    static void pack(Activations x, int tile, int tokens) {
        for (int triple = 0; triple < PackedTile.TRIPLES; triple++) {
            pack(x, tile, triple, Math.clamp(tokens - (long) tile * Activations.TILE - triple * TRIPLE, 0, TRIPLE));
        }
        for (int i = 0; i < Activations.TILE; i++) {
            scales(x, tile, i, tile * Activations.TILE + i < tokens);
        }
    }

    /** @param present how many of the three tokens there are */
    private static void pack(Activations x, int tile, int triple, int present) {
        MemorySegment values = x.ints().values();
        long row = (long) x.columns() * Integer.BYTES;
        long from = ((long) tile * Activations.TILE + triple * TRIPLE) * row;
        long to = (long) tile * x.columns() * PackedTile.X_BYTES + (long) triple * Double.BYTES;
        for (int column = 0; column < x.columns(); column++) {
            long sum = 0;
            for (int token = 0; token < present; token++) {
                long q = (short) values.get(LittleEndian.INT, from + token * row + (long) column * Integer.BYTES);
                sum += q << token * FIELD;
            }
            x.packed().values().set(LittleEndian.DOUBLE, to + column * PackedTile.X_BYTES, sum);
        }
    }

    private static void scales(Activations x, int tile, int i, boolean present) {
        int blocks = x.columns() / BLOCK;
        for (int block = 0; block < blocks; block++) {
            long from = ((long) tile * Activations.TILE + i) * blocks + block;
            float scale = present ? x.ints().scales().get(LittleEndian.FLOAT, from * Float.BYTES) : 0;
            long to = ((long) tile * blocks + block) * Activations.TILE + i;
            x.packed().scales().set(LittleEndian.FLOAT, to * Float.BYTES, scale);
        }
    }
}
