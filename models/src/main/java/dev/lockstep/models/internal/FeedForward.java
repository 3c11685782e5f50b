package dev.lockstep.models.internal;

import dev.lockstep.kernel.ActivationFunction;
import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.kernel.WorkerPool.RangeTask;
import dev.lockstep.quant.DType;
import java.lang.foreign.SegmentAllocator;
import java.util.Collection;
import java.util.List;

/**
 * A feed-forward network (Shazeer 2020): down · (silu(gate · x) ⊙ (up · x)). Belongs to one session, with buffers for one batch in
 * its arena; any layer's weights of the same width may pass. Allocates nothing while it works; one call at a time.
 */
final class FeedForward {
    private final int hiddenDim;
    private final Kernels kernels;
    private final WorkerPool pool;
    private final Products products;
    /** (batch, hiddenDim): the gate, and what passes it. */
    private final Activations gate;
    /** (batch, hiddenDim). */
    private final FloatRows up;
    /** Outputs of the products that share an input. */
    private final List<FloatRows> gateUp;
    private final RangeTask activate = this::activate;

    /** @param downTypes types of the matrices that read what passes the gate */
    FeedForward(int hiddenDim, int batch, Collection<DType> downTypes, Products products, Kernels kernels, WorkerPool pool,
            SegmentAllocator memory) {
        this.hiddenDim = hiddenDim;
        this.kernels = kernels;
        this.pool = pool;
        this.products = products;
        this.gate = Activations.allocate(memory, batch, hiddenDim, kernels.panelRows(), downTypes);
        this.up = FloatRows.allocate(memory, batch, hiddenDim, kernels.panelRows());
        this.gateUp = List.of(gate.rows(), up);
    }

    /** About how many bytes the buffers take for each token of a batch. */
    static long bytesPerToken(int hiddenDim) {
        return (2L + RunState.PREPARED_FORMS) * hiddenDim * Float.BYTES;
    }

    /**
     * @param x (count, dim)
     * @param y one matrix of rows: (count, dim), overwritten
     */
    void run(FeedForwardWeights weights, Activations x, List<FloatRows> y, int count) {
        products.run(weights.gateUp(), x, gateUp, count);
        if (count == 1) {
            // over before another thread would have woken up
            activate(0, 0, 1);
        } else {
            pool.run(count, activate);
        }
        products.run(weights.down(), gate, y, count);
    }

    private void activate(int worker, long from, long to) {
        for (int token = (int) from; token < to; token++) {
            kernels.activate(ActivationFunction.SILU, gate.rows().data(), gate.rows().offset(token), hiddenDim);
            kernels.multiply(gate.rows().data(), gate.rows().offset(token), up.data(), up.offset(token), hiddenDim);
        }
    }

    /** Overwrites the buffers with zeros. */
    void zero() {
        gate.zero();
        up.data().fill((byte) 0);
    }
}
