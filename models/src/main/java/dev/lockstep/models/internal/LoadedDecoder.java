package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.MemoryPlan;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.util.List;

/** A decoder with its weights in place: from here on only sessions are needed. Borrows the model's arena and threads. */
public final class LoadedDecoder {
    private final ModelConfig config;
    private final DecoderWeights weights;
    private final Kernels kernels;
    private final WorkerPool pool;

    private LoadedDecoder(ModelConfig config, DecoderWeights weights, Kernels kernels, WorkerPool pool) {
        this.config = config;
        this.weights = weights;
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

        /** Loads the weights into an arena that stays the caller's. */
        public LoadedDecoder load(SecureArena arena, Kernels kernels, WorkerPool pool) {
            var weights = DecoderWeights.of(checkpoint.loadWeights(tensors, arena, kernels.panelRows()), config);
            return new LoadedDecoder(config, weights, kernels, pool);
        }

        /** What loading and one session would take. */
        public MemoryPlan plan(LoadOptions options, int panelRows) {
            int context = Math.min(options.maxContext(), config.contextLength());
            return new MemoryPlan(TensorPlan.loadedBytes(tensors, panelRows), KvCache.byteSize(config, context),
                    RunState.scratchBytes(config, context, options.threads()), context);
        }
    }

    /** Checks a checkpoint: vocabulary, hyperparameters, tensors. */
    public static Recipe check(VerifiedCheckpoint checkpoint) {
        ModelConfig.requireKnownArchitecture(checkpoint.metadata());
        Tokenizer tokenizer = ModelVocabulary.tokenizer(checkpoint.metadata());
        return new Recipe(checkpoint, tokenizer, ModelConfig.of(checkpoint.metadata(), tokenizer.vocabularySize()));
    }

    /** The state of a new session, in memory of its arena. */
    public SessionState newState(int context, SecureArena arena) {
        var run = new RunState(config, weights, context, pool.threads(), kernels.panelRows(), arena);
        return new SessionState(config, new Decoder(config, weights, kernels, pool), run, arena);
    }
}
