package dev.lockstep.bench;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.quant.BlockCodec;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;

/** Operands with reproducible random values, in memory like the product's own. */
final class Matrices {
    private static final long SEED = 0x5EED_BE7CL;

    private Matrices() {
    }

    /** Random rows as a file holds them, {@code layout.rows() * layout.rowBytes()} bytes. */
    static MemorySegment fileRows(PanelLayout layout, long rows, SecureArena arena) {
        MemorySegment encoded = arena.allocate(rows * layout.rowBytes());
        try (var scratch = SecureArena.open("one row of floats")) {
            MemorySegment floats = scratch.allocate(layout.columns() * Float.BYTES);
            var random = new SplittableRandom(SEED);
            BlockCodec codec = layout.type().codec().orElseThrow();
            for (long row = 0; row < rows; row++) {
                fill(floats, layout.columns(), random);
                codec.encode(floats, 0, encoded, row * layout.rowBytes(), layout.rowBlocks());
            }
        }
        return encoded;
    }

    /** A matrix of random values. */
    static PanelMatrix random(DType type, long rows, long columns, int panelRows, SecureArena arena) {
        var layout = new PanelLayout(type, rows, columns, panelRows);
        MemorySegment panels = arena.allocate(layout.allocationBytes());
        try (var scratch = SecureArena.open("rows as in a file")) {
            pack(layout, fileRows(layout, rows, scratch), panels);
        }
        return new PanelMatrix(layout, panels);
    }

    /** A matrix whose panels are all equal: quick to make at any size, and as far from the cache as a random one. */
    static PanelMatrix repeated(DType type, long panels, long columns, int panelRows, SecureArena arena) {
        var layout = new PanelLayout(type, Math.multiplyExact(panels, panelRows), columns, panelRows);
        MemorySegment target = arena.allocate(layout.allocationBytes());
        try (var scratch = SecureArena.open("rows of one panel")) {
            layout.pack(0, fileRows(layout, panelRows, scratch), target, scratch.allocate(layout.scratchBytes()));
        }
        for (long panel = 1; panel < panels; panel++) {
            MemorySegment.copy(target, 0, target, panel * layout.panelBytes(), layout.panelBytes());
        }
        return new PanelMatrix(layout, target);
    }

    /** Weaves all panels of a matrix, as the loader does. */
    static void pack(PanelLayout layout, MemorySegment fileRows, MemorySegment panels) {
        // shared and left to the collector: random numbers are no secret
        MemorySegment scratch = Arena.ofAuto().allocate(layout.scratchBytes());
        for (long panel = 0; panel < layout.panels(); panel++) {
            long from = panel * layout.panelRows() * layout.rowBytes();
            layout.pack(panel, fileRows.asSlice(from, layout.rowsIn(panel) * layout.rowBytes()), panels, scratch);
        }
    }

    /** Activations of some tokens, prepared for weights of a type. */
    static Activations randomActivations(DType type, int tokens, int columns, Kernels kernels, SecureArena arena) {
        var x = Activations.allocate(arena, tokens, columns, kernels.panelRows(), List.of(type));
        fill(x.rows().data(), (long) tokens * x.rows().stride(), new SplittableRandom(~SEED));
        kernels.prepare(x, 0, Activations.tiles(tokens), tokens);
        return x;
    }

    /** Rows of random values. */
    static FloatRows randomRows(int rows, int columns, int panelRows, SecureArena arena) {
        FloatRows random = FloatRows.allocate(arena, rows, columns, panelRows);
        fill(random.data(), (long) rows * random.stride(), new SplittableRandom(~SEED));
        return random;
    }

    static void fill(MemorySegment floats, long count, SplittableRandom random) {
        for (long i = 0; i < count; i++) {
            floats.set(LittleEndian.FLOAT, i * Float.BYTES, (float) random.nextGaussian());
        }
    }

    /** @throws IllegalStateException if the first {@code count} values are not the same to the last bit */
    static void requireEqual(String what, FloatRows expected, FloatRows actual, int count) {
        long bytes = (long) count * Float.BYTES;
        long at = expected.data().asSlice(0, bytes).mismatch(actual.data().asSlice(0, bytes));
        if (at >= 0) {
            throw new IllegalStateException(what + ": value " + at / Float.BYTES + " is wrong");
        }
    }
}
