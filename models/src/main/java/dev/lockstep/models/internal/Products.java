package dev.lockstep.models.internal;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.MatMulScratch;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.PagedMatrix;
import dev.lockstep.loader.PanelWindow;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.quant.PanelRuns;
import dev.lockstep.quant.WeightMatrix;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * The linear layers of one session, spread over the threads. Layers that share their input are one pass: the input is prepared
 * once, and the threads meet once. Allocates nothing while it works; one call at a time.
 */
final class Products {
    private final Kernels kernels;
    private final WorkerPool pool;
    private final MatMulScratch[] scratch;
    /** One per thread, if there are matrices that are still in a file. */
    private final PanelWindow[] windows;
    private final WorkerPool.RangeTask prepare = this::prepare;
    private final WorkerPool.RangeTask multiply = this::multiply;
    private List<Linear> layers;
    private Activations x;
    private List<FloatRows> y;
    private int tokens;

    /** @param matrices all that will be multiplied */
    Products(Kernels kernels, WorkerPool pool, List<WeightMatrix> matrices, int maxTokens, SegmentAllocator memory) {
        this.kernels = kernels;
        this.pool = pool;
        this.scratch = new MatMulScratch[pool.threads()];
        long maxColumns = matrices.stream().mapToLong(WeightMatrix::columns).max().orElseThrow();
        Arrays.setAll(scratch, worker -> MatMulScratch.allocate(memory, maxColumns, maxTokens, kernels.panelRows()));
        List<PagedMatrix> paged = matrices.stream().filter(PagedMatrix.class::isInstance).map(PagedMatrix.class::cast).toList();
        this.windows = new PanelWindow[paged.isEmpty() ? 0 : pool.threads()];
        Arrays.setAll(windows, worker -> PanelWindow.allocate(memory, paged));
    }

    /** y[i] = x · W[i]ᵀ + b[i] for {@code tokens} rows of x. */
    void run(List<Linear> layers, Activations x, List<FloatRows> y, int tokens) {
        this.layers = layers;
        this.x = x;
        this.y = y;
        this.tokens = tokens;
        pool.run(Activations.tiles(tokens), prepare);
        long panels = 0;
        for (int i = 0; i < layers.size(); i++) {
            panels += layers.get(i).weight().layout().panels();
        }
        pool.run(panels, multiply);
    }

    private void prepare(int worker, long from, long to) {
        kernels.prepare(x, (int) from, (int) to, tokens);
    }

    /** Panels {@code from} to {@code to} of all matrices, counted through. */
    private void multiply(int worker, long from, long to) {
        long first = 0;
        for (int i = 0; i < layers.size(); i++) {
            long panels = layers.get(i).weight().layout().panels();
            long fromPanel = Math.max(from - first, 0);
            long toPanel = Math.min(to - first, panels);
            if (fromPanel < toPanel) {
                multiply(worker, layers.get(i).weight(), fromPanel, toPanel, y.get(i));
                if (layers.get(i).bias().isPresent()) {
                    addBias(layers.get(i), fromPanel, toPanel, y.get(i));
                }
            }
            first += panels;
        }
    }

    private void addBias(Linear layer, long fromPanel, long toPanel, FloatRows rows) {
        PanelLayout layout = layer.weight().layout();
        long from = fromPanel * layout.panelRows();
        int count = (int) (Math.min(toPanel * layout.panelRows(), layout.rows()) - from);
        for (int token = 0; token < tokens; token++) {
            kernels.add(rows.data(), rows.offset(token) + from * Float.BYTES, layer.bias().get(), from * Float.BYTES, count);
        }
    }

    private void multiply(int worker, WeightMatrix matrix, long fromPanel, long toPanel, FloatRows rows) {
        if (matrix instanceof PanelMatrix whole) {
            kernels.matMul(whole, fromPanel, toPanel, x, rows, tokens, scratch[worker]);
        } else if (matrix instanceof PanelRuns runs) {
            multiplyRuns(worker, runs, fromPanel, toPanel, rows);
        } else {
            multiplyPaged(worker, (PagedMatrix) matrix, fromPanel, toPanel, rows);
        }
    }

    private void multiplyRuns(int worker, PanelRuns runs, long fromPanel, long toPanel, FloatRows rows) {
        for (int i = 0; i < runs.count(); i++) {
            PanelMatrix run = runs.run(i);
            long from = Math.max(fromPanel, run.firstPanel());
            long to = Math.min(toPanel, run.endPanel());
            if (from < to) {
                kernels.matMul(run, from, to, x, rows, tokens, scratch[worker]);
            }
        }
    }

    /** Each row is summed up by itself, so the results are those of the whole matrix. */
    private void multiplyPaged(int worker, PagedMatrix matrix, long fromPanel, long toPanel, FloatRows rows) {
        long step = PanelWindow.panelsAtOnce(matrix.layout());
        for (long from = fromPanel; from < toPanel; from += step) {
            PanelMatrix part = windows[worker].load(matrix, from, Math.min(from + step, toPanel));
            int firstRow = Math.toIntExact(from * matrix.layout().panelRows());
            kernels.matMul(part, 0, part.layout().panels(), x, rows.fromColumn(firstRow), tokens, scratch[worker]);
        }
    }

    /** Overwrites all scratch memory with zeros. */
    void zero() {
        for (PanelWindow window : windows) {
            window.zero();
        }
        for (MatMulScratch each : scratch) {
            each.zero();
        }
    }
}
