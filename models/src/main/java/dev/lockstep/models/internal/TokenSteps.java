package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The operators that look at one token at a time, spread over the threads when there are several tokens; a single token's are
 * over before another thread would have woken up. Allocates nothing while it works; one call at a time.
 */
final class TokenSteps {
    private enum Step { ENTER, LEAVE }

    private final ModelConfig config;
    private final Kernels kernels;
    private final WorkerPool pool;
    private final RunState s;
    private final Normalizer normalizer;
    private final WorkerPool.RangeTask task = this::range;
    private Step step;
    private Optional<NormWeights> norm;

    TokenSteps(ModelConfig config, Kernels kernels, WorkerPool pool, RunState s) {
        this.config = config;
        this.kernels = kernels;
        this.pool = pool;
        this.s = s;
        this.normalizer = Normalizer.of(config, kernels);
    }

    /** The residual stream, on its way into a sublayer: normed = norm(x), or x if there is no norm. */
    void enter(Optional<NormWeights> inputNorm, int tokens) {
        run(Step.ENTER, inputNorm, tokens);
    }

    /** What a sublayer gives, on its way back: x = x + norm(update) · its multiplier; without a norm, as it is. */
    void leave(Optional<NormWeights> outputNorm, int tokens) {
        run(Step.LEAVE, outputNorm, tokens);
    }

    private void run(Step next, Optional<NormWeights> weights, int tokens) {
        step = next;
        norm = weights;
        if (tokens == 1) {
            token(0);
        } else {
            pool.run(tokens, task);
        }
    }

    private void range(int worker, long from, long to) {
        for (long token = from; token < to; token++) {
            token((int) token);
        }
    }

    private void token(int token) {
        switch (step) {
            case ENTER -> enter(token);
            case LEAVE -> leave(token);
        }
    }

    private void enter(int token) {
        MemorySegment to = s.normed.rows().data();
        long offset = s.normed.rows().offset(token);
        if (norm.isPresent()) {
            normalizer.apply(norm.get(), s.x.data(), s.x.offset(token), to, offset);
        } else {
            MemorySegment.copy(s.x.data(), s.x.offset(token), to, offset, (long) config.dim() * Float.BYTES);
        }
    }

    private void leave(int token) {
        MemorySegment update = s.update.data();
        long offset = s.update.offset(token);
        if (norm.isPresent()) {
            normalizer.apply(norm.get(), update, offset, update, offset);
        }
        float factor = config.multipliers().residual();
        if (factor != 1) {
            kernels.scale(update, offset, factor, config.dim());
        }
        kernels.add(s.x.data(), s.x.offset(token), update, offset, config.dim());
    }
}
