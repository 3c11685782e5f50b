package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvType;
import dev.lockstep.kernel.Operators;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.Weights;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.MemoryPlan;
import dev.lockstep.models.SessionOptions;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.Workload;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.util.List;
import java.util.Set;

/**
 * A decoder with its weights in place: from here on only sessions are needed. Borrows the model's arena and threads; whoever loads
 * it closes it before that arena.
 */
public final class LoadedDecoder implements AutoCloseable {
    private final ModelConfig config;
    private final Weights loaded;
    private final DecoderWeights weights;
    private final Kernels kernels;
    private final WorkerPool pool;

    private LoadedDecoder(ModelConfig config, Weights loaded, Kernels kernels, WorkerPool pool) {
        this.config = config;
        this.loaded = loaded;
        this.weights = DecoderWeights.of(loaded, config);
        this.kernels = kernels;
        this.pool = pool;
    }

    /** Everything that can be checked before memory is taken, and the outcome. */
    public static final class Recipe {
        private final VerifiedCheckpoint checkpoint;
        private final Tokenizer tokenizer;
        private final ModelConfig config;
        private final List<TensorInfo> tensors;

        private Recipe(VerifiedCheckpoint checkpoint, Tokenizer tokenizer, ModelConfig config) {
            this.checkpoint = checkpoint;
            this.tokenizer = tokenizer;
            this.config = config;
            this.tensors = TensorPlan.of(checkpoint, config);
        }

        public Tokenizer tokenizer() {
            return tokenizer;
        }

        /** Tokens of context that the model was made for. */
        public int contextLength() {
            return config.contextLength();
        }

        /** Loads the weights into an arena that stays the caller's, while the kernels are compiled beside it. */
        public LoadedDecoder load(SecureArena arena, Kernels kernels, WorkerPool pool) {
            DecoderSpec spec = config.spec();
            var operators = new Operators(PlannedTensors.matrixTypes(tensors), spec.positions().pairing(), Set.of(spec.network().function()),
                    spec.norm() != DecoderSpec.Norm.RMS, config.softCaps().logits() > 0);
            Weights weights = WarmLoading.load(checkpoint, tensors, arena, kernels, pool.threads(), operators,
                    SessionOptions.defaults().kvCache());
            try {
                return new LoadedDecoder(config, weights, kernels, pool);
            } catch (Throwable t) {
                weights.close();
                throw t;
            }
        }

        /** What loading and one session would take. */
        public MemoryPlan plan(LoadOptions options, SessionOptions session, Kernels kernels) {
            int context = Math.min(session.context(), Math.min(options.maxContext(), config.contextLength()));
            return new MemoryPlan(Math.addExact(checkpoint.matrixBytes(), PlannedTensors.vectorBytes(tensors)),
                    SessionShape.of(config).cacheBytes(session.kvCache(), context),
                    RunState.scratchBytes(config, session.kvCache(), context, options.threads(), kernels), context, session.kvCache());
        }
    }

    /** Checks a checkpoint: vocabulary, hyperparameters, tensors. */
    public static Recipe check(VerifiedCheckpoint checkpoint) {
        ModelConfig.requireKnownArchitecture(checkpoint.metadata());
        Tokenizer tokenizer = Tokenizers.of(checkpoint.metadata());
        return new Recipe(checkpoint, tokenizer, ModelConfig.of(checkpoint.metadata(), tokenizer.vocabularySize()));
    }

    /** The products of one token. */
    public Workload workload() {
        return weights.workload();
    }

    /** What {@link #close()} overwrote. */
    public Zeroing zeroing() {
        return loaded.zeroing();
    }

    /** Zeroes the weights, or gives up the file that they are still in. No session may be open. Idempotent. */
    @Override
    public void close() {
        loaded.close();
    }

    public SessionShape sessionShape() {
        return SessionShape.of(config);
    }

    /** The state of a new session, in memory of its arena. */
    public SessionState newState(int context, KvType kvType, SecureArena arena) {
        WarmLoading.attention(kernels, kvType);
        var run = new RunState(config, weights, context, kvType, kernels, pool, arena);
        return new SessionState(config, new Decoder(config, weights, kernels, pool), run, arena);
    }
}
