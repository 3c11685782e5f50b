package dev.lockstep.models.internal;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.quant.PanelMatrix;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * The matrix products of one session, spread over the threads. Matrices that share their input are one pass: the input is
 * prepared once, and the threads meet once. Allocates nothing while it works; one call at a time.
 */
final class Products {
    private final Kernels kernels;
    private final WorkerPool pool;
    private final MatMulScratch[] scratch;
    private final WorkerPool.RangeTask prepare = this::prepare;
    private final WorkerPool.RangeTask multiply = this::multiply;
    private List<PanelMatrix> weights;
    private Activations x;
    private List<FloatRows> y;
    private int tokens;

    Products(Kernels kernels, WorkerPool pool, long maxColumns, int maxTokens, SegmentAllocator memory) {
        this.kernels = kernels;
        this.pool = pool;
        this.scratch = new MatMulScratch[pool.threads()];
        Arrays.setAll(scratch, worker -> MatMulScratch.allocate(memory, maxColumns, maxTokens, kernels.panelRows()));
    }

    /** y[i] = x · weights[i]ᵀ for {@code tokens} rows of x. */
    void run(List<PanelMatrix> weights, Activations x, List<FloatRows> y, int tokens) {
        this.weights = weights;
        this.x = x;
        this.y = y;
        this.tokens = tokens;
        pool.run(Activations.tiles(tokens), prepare);
        long panels = 0;
        for (int i = 0; i < weights.size(); i++) {
            panels += weights.get(i).layout().panels();
        }
        pool.run(panels, multiply);
    }

    private void prepare(int worker, long from, long to) {
        kernels.prepare(x, (int) from, (int) to, tokens);
    }

    /** Panels {@code from} to {@code to} of all matrices, counted through. */
    private void multiply(int worker, long from, long to) {
        long first = 0;
        for (int i = 0; i < weights.size(); i++) {
            long panels = weights.get(i).layout().panels();
            long fromPanel = Math.max(from - first, 0);
            long toPanel = Math.min(to - first, panels);
            if (fromPanel < toPanel) {
                kernels.matMul(weights.get(i), fromPanel, toPanel, x, y.get(i), tokens, scratch[worker]);
            }
            first += panels;
        }
    }

    /** Overwrites all scratch memory with zeros. */
    void zero() {
        for (MatMulScratch each : scratch) {
            each.zero();
        }
    }
}
