package dev.lockstep.models.internal;

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
 * A feed-forward network: down · (f(gate · x) ⊙ (up · x)), or down · f(up · x) if it has no gate. Belongs to one session, with
 * buffers for one batch in its arena; any layer's weights of the same width may pass. Allocates nothing while it works; one call at
 * a time.
 */
final class FeedForward {
    private final DecoderSpec.Network network;
    private final int hiddenDim;
    private final Kernels kernels;
    private final WorkerPool pool;
    private final Products products;
    /** (batch, hiddenDim): what the function is applied to, then what {@code down} reads. */
    private final Activations hidden;
    /** (batch, hiddenDim): what the gate lets pass; no rows if there is none. */
    private final FloatRows up;
    /** Outputs of the layers that share an input. */
    private final List<FloatRows> outputs;
    private final RangeTask activate = this::activate;

    /** @param downTypes types of the matrices that read the hidden values */
    FeedForward(DecoderSpec.Network network, int hiddenDim, int batch, Collection<DType> downTypes, Products products, Kernels kernels, WorkerPool pool,
            SegmentAllocator memory) {
        this.network = network;
        this.hiddenDim = hiddenDim;
        this.kernels = kernels;
        this.pool = pool;
        this.products = products;
        this.hidden = Activations.allocate(memory, batch, hiddenDim, kernels.panelRows(), downTypes);
        this.up = FloatRows.allocate(memory, network.gated() ? batch : 0, hiddenDim, kernels.panelRows());
        this.outputs = network.gated() ? List.of(hidden.rows(), up) : List.of(hidden.rows());
    }

    /** About how many bytes the buffers take for each token of a batch. */
    static long bytesPerToken(int hiddenDim) {
        return (2L + RunState.PREPARED_FORMS) * hiddenDim * Float.BYTES;
    }

    /**
     * @param x (count, dim)
     * @param y one matrix of rows: (count, dim), overwritten
     */
    void run(NetworkWeights weights, Activations x, List<FloatRows> y, int count) {
        products.run(weights.inputs(), x, outputs, count);
        if (count == 1) {
            // over before another thread would have woken up
            activate(0, 0, 1);
        } else {
            pool.run(count, activate);
        }
        products.run(weights.down(), hidden, y, count);
    }

    private void activate(int worker, long from, long to) {
        for (int token = (int) from; token < to; token++) {
            kernels.activate(network.function(), hidden.rows().data(), hidden.rows().offset(token), hiddenDim);
            if (network.gated()) {
                kernels.multiply(hidden.rows().data(), hidden.rows().offset(token), up.data(), up.offset(token), hiddenDim);
            }
        }
    }

    /** Overwrites the buffers with zeros. */
    void zero() {
        hidden.zero();
        up.data().fill((byte) 0);
    }
}
