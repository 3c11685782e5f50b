package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import java.lang.foreign.MemorySegment;

/**
 * The operators that look at one token at a time, spread over the threads when there are several tokens; a single token's are
 * over before another thread would have woken up. Allocates nothing while it works; one call at a time.
 */
final class TokenSteps {
    private enum Step { NORM, PASS_ON, NORM_UPDATE, ADD }

    private final ModelConfig config;
    private final Kernels kernels;
    private final WorkerPool pool;
    private final RunState s;
    private final WorkerPool.RangeTask task = this::range;
    private Step step;
    private MemorySegment weight;

    TokenSteps(ModelConfig config, Kernels kernels, WorkerPool pool, RunState s) {
        this.config = config;
        this.kernels = kernels;
        this.pool = pool;
        this.s = s;
    }

    /** normed = rmsNorm(x) · weight. */
    void norm(MemorySegment normWeight, int tokens) {
        weight = normWeight;
        run(Step.NORM, tokens);
    }

    /** normed = x. */
    void passOn(int tokens) {
        run(Step.PASS_ON, tokens);
    }

    /** update = rmsNorm(update) · weight. */
    void normUpdate(MemorySegment normWeight, int tokens) {
        weight = normWeight;
        run(Step.NORM_UPDATE, tokens);
    }

    /** x = x + update · its multiplier. */
    void addToResidual(int tokens) {
        run(Step.ADD, tokens);
    }

    private void run(Step next, int tokens) {
        step = next;
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
            case NORM -> kernels.rmsNorm(s.x.data(), s.x.offset(token), weight, config.normEpsilon(), s.normed.rows().data(),
                    s.normed.rows().offset(token), config.dim());
            case PASS_ON -> MemorySegment.copy(s.x.data(), s.x.offset(token), s.normed.rows().data(), s.normed.rows().offset(token),
                    (long) config.dim() * Float.BYTES);
            case NORM_UPDATE -> kernels.rmsNorm(s.update.data(), s.update.offset(token), weight, config.normEpsilon(), s.update.data(),
                    s.update.offset(token), config.dim());
            case ADD -> add(token);
        }
    }

    private void add(int token) {
        float factor = config.multipliers().residual();
        if (factor != 1) {
            kernels.scale(s.update.data(), s.update.offset(token), factor, config.dim());
        }
        kernels.add(s.x.data(), s.x.offset(token), s.update.data(), s.update.offset(token), config.dim());
    }
}
