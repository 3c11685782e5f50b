package dev.lockstep.kernel;

import com.sun.management.ThreadMXBean;
import dev.lockstep.kernel.internal.FloatSums;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Runs kernels on zeros until they are compiled, before they see anything that matters.
 *
 * <p>Until the optimizing compiler has had its turn, every vector operation makes a small array on the Java heap for its
 * result: pieces of weights and activations that nobody could wipe. Compiled kernels allocate nothing, and that is what is
 * waited for: calls that allocate nothing. It also spares the first prompt the slowest part of its way.
 *
 * <p>Not a guarantee: the JVM may throw compiled code away and interpret for a while.
 */
public final class WarmUp {
    private static final ThreadMXBean ALLOCATION = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /** Consecutive rounds without allocation that count as compiled. */
    private static final int QUIET_ROUNDS = 5;

    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

    private static final int CALLS_PER_ROUND = 8;
    private static final int ROUNDS_OF_ALL = 20;
    /** Two chunks of float weights. */
    private static final int FLOAT_COLUMNS = 2 * FloatSums.CHUNK;
    /** More than a kernel takes one by one. */
    private static final int TOKENS = 7;
    private static final int PANELS = 2;
    /** One is a multiple of every vector length, one of none: both ways through the scalar tails are compiled. */
    private static final int[] COUNTS = {128, 77};
    private static final long OFFSET = 64;
    private static final int HEAD_DIM = 36;
    private static final int LONG_HEAD_DIM = 68;
    private static final int HEADS = 4;
    private static final long BUFFER_BYTES = 16 << 10;

    private final Kernels kernels;
    private final Arena memory;
    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;

    private WarmUp(Kernels kernels, Arena memory) {
        this.kernels = kernels;
        this.memory = memory;
        this.a = memory.allocate(BUFFER_BYTES, 64);
        this.b = memory.allocate(BUFFER_BYTES, 64);
        this.c = memory.allocate(BUFFER_BYTES, 64);
    }

    /**
     * Warms up operators. Blocks for up to some seconds; a second time, in the same JVM, for a moment.
     *
     * @return true if all of them ended up allocating nothing
     */
    public static boolean run(Kernels kernels, Operators operators) {
        return run(kernels, warmUp -> warmUp.calls(operators));
    }

    /** Like {@link #run}, for attention over a cache of this type. */
    public static boolean attention(Kernels kernels, KvType type) {
        return run(kernels, warmUp -> warmUp.attentionAmongOthers(type));
    }

    private static boolean run(Kernels kernels, Function<WarmUp, List<Runnable>> operators) {
        if (kernels.vectorBits() == 0) {
            return true;
        }
        if (KernelSelection.current().emulated()) {
            return false;
        }
        var patience = new CompilerPatience();
        // The kind of arena that real memory comes from: code that was compiled for another kind is thrown away at first sight.
        try (var memory = Arena.ofShared()) {
            List<Runnable> all = operators.apply(new WarmUp(kernels, memory));
            // What was compiled for the first operator alone is thrown away at the second: show all of them before waiting.
            for (int round = 0; round < ROUNDS_OF_ALL; round++) {
                all.forEach(Runnable::run);
            }
            boolean quiet = repeatUntilQuiet(all, patience);
            if (!quiet) {
                LOG.log(System.Logger.Level.WARNING, "the vector kernels are not compiled yet; they are slow and leave pieces of"
                        + " what they compute on the Java heap until they are (is the JVM's C2 compiler switched off?)");
            }
            return quiet;
        }
    }

    private List<Runnable> calls(Operators operators) {
        List<Runnable> calls = new ArrayList<>();
        operators.weights().forEach(type -> calls.add(matMul(type)));
        var rotation = new Rotation(HEAD_DIM - 2, operators.pairing(), b, c, 0);
        calls.add(() -> kernels.rope(a, OFFSET, 2, HEAD_DIM, rotation));
        for (int count : COUNTS) {
            calls.add(() -> kernels.rmsNorm(a, OFFSET, b, 1, c, OFFSET, count));
            calls.add(() -> kernels.multiply(a, OFFSET, b, OFFSET, count));
            calls.add(() -> kernels.scale(a, OFFSET, 1, count));
            calls.add(() -> kernels.add(a, OFFSET, b, OFFSET, count));
            operators.functions().forEach(function -> calls.add(() -> kernels.activate(function, a, OFFSET, count)));
            if (operators.layerNorm()) {
                calls.add(() -> kernels.layerNorm(a, OFFSET, b, 1, c, OFFSET, count));
            }
            if (operators.softCap()) {
                calls.add(() -> kernels.softCap(a, OFFSET, 1, count));
            }
        }
        return calls;
    }

    /** Alone, it would become part of the loop around it, see {@link #repeatUntilQuiet}. */
    private List<Runnable> attentionAmongOthers(KvType type) {
        int count = COUNTS[0];
        return List.of(attention(type), () -> kernels.scale(a, OFFSET, 1, count), () -> kernels.add(a, OFFSET, b, OFFSET, count),
                () -> kernels.multiply(a, OFFSET, b, OFFSET, count));
    }

    private Runnable matMul(DType type) {
        // more than one stretch, and the last one cut short: a branch that was never taken here is compiled as a way back to the
        // interpreter
        int block = type.blockElements();
        int columns = block == 1 ? FLOAT_COLUMNS : MatMulScratch.STRETCH + block;
        var layout = new PanelLayout(type, (long) PANELS * kernels.panelRows(), columns, kernels.panelRows());
        var weights = new PanelMatrix(layout, memory.allocate(layout.allocationBytes(), 64));
        var x = Activations.allocate(memory, TOKENS, columns, kernels.panelRows(), List.of(type));
        var y = FloatRows.allocate(memory, TOKENS, (int) layout.rows(), kernels.panelRows());
        var scratch = MatMulScratch.allocate(memory, columns, TOKENS, kernels.panelRows());
        return () -> {
            kernels.prepare(x, 0, Activations.tiles(TOKENS), TOKENS);
            kernels.matMul(weights, 0, PANELS, x, y, TOKENS, scratch);
            kernels.matMul(weights, 0, PANELS, x, y, 1, scratch);
        };
    }

    /**
     * Two tiles, two blocks and cut ones, more than one chunk of dimensions, and a window that hides a block from one of the
     * tiles: a way that was never gone here would be compiled as one that leads back to the interpreter.
     */
    private Runnable attention(KvType type) {
        var layout = new KvLayout(type, LONG_HEAD_DIM, LONG_HEAD_DIM);
        var cache = new CachedHead(layout, memory.allocate(layout.byteSize(2 * KvLayout.BLOCK), 64), 0);
        var windowed = new AttentionSpec(HEADS, 1, 1, 1);
        var causal = AttentionSpec.causal(HEADS, LONG_HEAD_DIM);
        var q = FloatRows.allocate(memory, 2, HEADS * LONG_HEAD_DIM, 1);
        var out = FloatRows.allocate(memory, 2, HEADS * LONG_HEAD_DIM, 1);
        var scratch = memory.allocate(kernels.attentionScratchBytes(layout, 2 * HEADS), 64);
        return () -> {
            kernels.attention(cache, windowed, 0, q, out, 0, 2, KvLayout.BLOCK - 1, scratch);
            kernels.attention(cache, causal, 0, q, out, 0, 1, KvLayout.BLOCK + 2, scratch);
        };
    }

    /**
     * All of them in turns: a loop around one operator would be compiled with that operator inside, too much for C2 to see through, and go
     * on allocating while the operator by itself does not.
     */
    private static boolean repeatUntilQuiet(List<Runnable> operators, CompilerPatience patience) {
        int[] quietRounds = new int[operators.size()];
        boolean quiet = false;
        while (!quiet && !patience.isOver()) {
            quiet = true;
            for (int i = 0; i < quietRounds.length; i++) {
                quietRounds[i] = allocated(operators.get(i)) == 0 ? quietRounds[i] + 1 : 0;
                quiet &= quietRounds[i] >= QUIET_ROUNDS;
            }
        }
        return quiet;
    }

    /** Bytes on the heap, for some calls. */
    private static long allocated(Runnable operator) {
        long before = ALLOCATION.getCurrentThreadAllocatedBytes();
        for (int call = 0; call < CALLS_PER_ROUND; call++) {
            operator.run();
        }
        return ALLOCATION.getCurrentThreadAllocatedBytes() - before;
    }
}
