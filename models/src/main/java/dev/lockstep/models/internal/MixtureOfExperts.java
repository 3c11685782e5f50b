package dev.lockstep.models.internal;

import dev.lockstep.kernel.Activations;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.kernel.WorkerPool.RangeTask;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Optional;

/**
 * A mixture of experts. Expert by expert, in the order of their numbers, the tokens that chose it go through its network together,
 * and what it gives is added to theirs; so a sum has the same order whichever tokens come along. Belongs to one session, with buffers
 * for one batch in its arena. Allocates nothing while it works; one call at a time.
 */
final class MixtureOfExperts {
    private final ExpertRouter router;
    private final int dim;
    private final Kernels kernels;
    private final WorkerPool pool;
    private final Products products;
    private final FeedForward network;
    private final Optional<FeedForward> shared;
    /** What the router gives, then what it makes of it: (batch, experts). */
    private final FloatRows shares;
    /** How much the shared network has to say, before the sigmoid: (batch, 1). */
    private final FloatRows sharedGates;
    /** The tokens of one expert side by side: (batch, dim). */
    private final Activations gathered;
    /** What a network gives: (batch, dim). */
    private final FloatRows given;
    /** Which tokens those are: int32, shape (batch). */
    private final MemorySegment tokens;
    private final List<FloatRows> allShares;
    private final List<FloatRows> allSharedGates;
    private final List<FloatRows> allGiven;

    private final RangeTask choose = this::choose;
    private final RangeTask gather = this::gather;
    private final RangeTask scatter = this::scatter;
    private final RangeTask addShared = this::addShared;

    /** What the tasks work on; set before they run. */
    private FloatRows x;
    private FloatRows y;
    private int expert;
    private boolean gated;

    /** @param network of an expert's width */
    MixtureOfExperts(ExpertConfig config, ModelConfig c, int batch, DecoderWeights weights, FeedForward network, Products products,
            Kernels kernels, WorkerPool pool, SegmentAllocator memory) {
        this.router = new ExpertRouter(config);
        this.dim = c.dim();
        this.kernels = kernels;
        this.pool = pool;
        this.products = products;
        this.network = network;
        this.shared = config.sharedDim() == 0 ? Optional.empty() : Optional.of(new FeedForward(c.spec().network(), config.sharedDim(),
                batch, weights.typesFedByHidden(), products, kernels, pool, memory));
        this.shares = FloatRows.allocate(memory, batch, config.count(), kernels.panelRows());
        this.sharedGates = FloatRows.allocate(memory, config.sharedGate() ? batch : 0, 1, kernels.panelRows());
        this.gathered = Activations.allocate(memory, batch, dim, kernels.panelRows(), weights.typesFedByNorms());
        this.given = FloatRows.allocate(memory, batch, dim, kernels.panelRows());
        this.tokens = memory.allocate((long) batch * Integer.BYTES);
        this.allShares = List.of(shares);
        this.allSharedGates = List.of(sharedGates);
        this.allGiven = List.of(given);
    }

    /** About how many bytes the buffers take for each token of a batch. */
    static long bytesPerToken(ExpertConfig config, int dim) {
        return FeedForward.bytesPerToken(config.sharedDim())
                + ((2L + RunState.PREPARED_FORMS) * dim + config.count() + 1) * Float.BYTES;
    }

    /**
     * @param x (count, dim)
     * @param y (count, dim), overwritten
     * @throws dev.lockstep.models.InferenceException if the router gives something that is not a number
     */
    void run(ExpertWeights weights, Activations x, FloatRows y, int count) {
        this.x = x.rows();
        this.y = y;
        products.run(weights.router(), x, allShares, count);
        forEach(count, choose);
        for (expert = 0; expert < weights.experts().size(); expert++) {
            int chosen = listTokens(count);
            if (chosen > 0) {
                forEach(chosen, gather);
                network.run(weights.experts().get(expert), gathered, allGiven, chosen);
                forEach(chosen, scatter);
            }
        }
        if (weights.shared().isPresent()) {
            runShared(weights, x, count);
        }
    }

    private void runShared(ExpertWeights weights, Activations input, int count) {
        gated = !weights.sharedGate().isEmpty();
        if (gated) {
            products.run(weights.sharedGate(), input, allSharedGates, count);
        }
        shared.orElseThrow().run(weights.shared().orElseThrow(), input, allGiven, count);
        forEach(count, addShared);
    }

    private void forEach(int count, RangeTask task) {
        if (count == 1) {
            // over before another thread would have woken up
            task.run(0, 0, 1);
        } else {
            pool.run(count, task);
        }
    }

    private void choose(int worker, long from, long to) {
        for (int token = (int) from; token < to; token++) {
            router.choose(shares, token);
            clear(token);
        }
    }

    /** Not {@code fill}, for which there would have to be a view of the row. */
    private void clear(int token) {
        for (int i = 0; i < dim; i++) {
            y.data().set(LittleEndian.FLOAT, y.offset(token) + (long) i * Float.BYTES, 0);
        }
    }

    /** Writes down which tokens chose the expert, and returns how many. */
    private int listTokens(int count) {
        int chosen = 0;
        for (int token = 0; token < count; token++) {
            if (share(token) != ExpertRouter.NOT_CHOSEN) {
                tokens.set(LittleEndian.INT, (long) chosen * Integer.BYTES, token);
                chosen++;
            }
        }
        return chosen;
    }

    private float share(int token) {
        return shares.data().get(LittleEndian.FLOAT, shares.offset(token) + (long) expert * Float.BYTES);
    }

    private int token(int row) {
        return tokens.get(LittleEndian.INT, (long) row * Integer.BYTES);
    }

    private void gather(int worker, long from, long to) {
        for (int row = (int) from; row < to; row++) {
            MemorySegment.copy(x.data(), x.offset(token(row)), gathered.rows().data(), gathered.rows().offset(row), (long) dim * Float.BYTES);
        }
    }

    private void scatter(int worker, long from, long to) {
        for (int row = (int) from; row < to; row++) {
            add(row, share(token(row)), token(row));
        }
    }

    private void addShared(int worker, long from, long to) {
        for (int token = (int) from; token < to; token++) {
            add(token, gated ? sigmoid(sharedGates.data().get(LittleEndian.FLOAT, sharedGates.offset(token))) : 1, token);
        }
    }

    private static float sigmoid(float value) {
        return (float) (1 / (1 + Math.exp(-value)));
    }

    private void add(int row, float factor, int token) {
        if (factor != 1) {
            kernels.scale(given.data(), given.offset(row), factor, dim);
        }
        kernels.add(y.data(), y.offset(token), given.data(), given.offset(row), dim);
    }

    /** Overwrites the buffers with zeros. */
    void zero() {
        List.of(shares, sharedGates, given).forEach(rows -> rows.data().fill((byte) 0));
        gathered.zero();
        tokens.fill((byte) 0);
        shared.ifPresent(FeedForward::zero);
    }
}
