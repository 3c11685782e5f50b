package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.Operators;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.Weights;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.MemoryPlan;
import dev.lockstep.models.Pooling;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An encoder with its weights in place, and buffers for one text at a time. Borrows the model's arena and threads; whoever loads it
 * closes it before that arena.
 */
public final class LoadedEncoder implements AutoCloseable {
    private final EncoderConfig config;
    private final Weights loaded;
    private final Kernels kernels;
    private final Encoder encoder;
    private final EncoderState state;
    private final SecureArena stateArena;

    private LoadedEncoder(EncoderConfig config, Weights loaded, int positions, Kernels kernels, WorkerPool pool, SecureArena stateArena) {
        this.config = config;
        this.loaded = loaded;
        this.kernels = kernels;
        this.stateArena = stateArena;
        EncoderWeights weights = EncoderWeights.of(loaded, config);
        this.encoder = new Encoder(config, weights, kernels, pool);
        this.state = new EncoderState(config, weights, positions, kernels, pool, stateArena);
    }

    /** Everything that can be checked before memory is taken, and the outcome. */
    public static final class Recipe {
        private final VerifiedCheckpoint checkpoint;
        private final Tokenizer tokenizer;
        private final EncoderConfig config;
        private final List<TensorInfo> tensors;

        private Recipe(VerifiedCheckpoint checkpoint, Tokenizer tokenizer, EncoderConfig config) {
            this.checkpoint = checkpoint;
            this.tokenizer = tokenizer;
            this.config = config;
            this.tensors = EncoderTensors.of(checkpoint, config);
        }

        public Tokenizer tokenizer() {
            return tokenizer;
        }

        /** Numbers of an embedding. */
        public int dimension() {
            return config.dim();
        }

        /** What the model says to do with the hidden states. */
        public Optional<Pooling> pooling() {
            return config.pooling();
        }

        /** Tokens of the longest text. */
        public int maxTokens(LoadOptions options) {
            return Math.min(options.maxContext(), config.contextLength());
        }

        /** Loads the weights into an arena that stays the caller's, while the kernels are compiled beside it. */
        public LoadedEncoder load(LoadOptions options, SecureArena arena, Kernels kernels, WorkerPool pool) {
            var operators = new Operators(PlannedTensors.matrixTypes(tensors), config.spec().positions().pairing(),
                    Set.of(config.spec().network().function()), true, false);
            Weights weights = WarmLoading.load(checkpoint, tensors, arena, kernels, pool.threads(), operators, EncoderState.KV_TYPE);
            SecureArena state = SecureArena.open("encoder state");
            try {
                return new LoadedEncoder(config, weights, maxTokens(options), kernels, pool, state);
            } catch (Throwable t) {
                state.close();
                weights.close();
                throw t;
            }
        }

        /** What loading would take; the keys and values are those of one layer. */
        public MemoryPlan plan(LoadOptions options, Kernels kernels) {
            int positions = maxTokens(options);
            return new MemoryPlan(Math.addExact(checkpoint.matrixBytes(), PlannedTensors.vectorBytes(tensors)),
                    EncoderState.cacheBytes(config, positions),
                    EncoderState.scratchBytes(config, positions, options.threads(), kernels), positions, EncoderState.KV_TYPE);
        }
    }

    /** True if the architecture is one of encoders. */
    public static boolean isEncoder(Metadata metadata) {
        return metadata.text("general.architecture").flatMap(EncoderArchitecture::of).isPresent();
    }

    /** Checks a checkpoint: vocabulary, hyperparameters, tensors. */
    public static Recipe check(VerifiedCheckpoint checkpoint) {
        EncoderConfig.architecture(checkpoint.metadata());
        Tokenizer tokenizer = Tokenizers.of(checkpoint.metadata());
        return new Recipe(checkpoint, tokenizer, EncoderConfig.of(checkpoint.metadata(), tokenizer.vocabularySize()));
    }

    /**
     * The embedding of one text. Afterwards all buffers are zero again.
     *
     * @param tokens int32 ids inside of the vocabulary, 1 to {@link Recipe#maxTokens}
     * @param vector {@link Recipe#dimension} floats
     * @throws dev.lockstep.models.InferenceException if something is not a number
     */
    public void embed(MemorySegment tokens, Pooling pooling, boolean normalized, MemorySegment vector) {
        int count = Math.toIntExact(tokens.byteSize() / Integer.BYTES);
        // a process that ends waits for what is under way, and wipes what it wrote
        try (var _ = stateArena.lease()) {
            try {
                encoder.run(state, tokens, count);
                Embedding.pool(pooling, state.x, count, vector, kernels);
                if (normalized) {
                    Embedding.normalize(vector, config.dim(), kernels);
                }
            } finally {
                state.zero(count);
            }
        }
    }

    /** What {@link #close()} overwrote of buffers for texts. */
    public Zeroing bufferZeroing() {
        return stateArena.zeroing();
    }

    /** What {@link #close()} overwrote. */
    public Zeroing zeroing() {
        return loaded.zeroing().plus(stateArena.zeroing());
    }

    /** Zeroes buffers and weights, or gives up the file that those are still in. Nobody may be embedding. Idempotent. */
    @Override
    public void close() {
        Closing.all(List.of(stateArena::close, loaded::close));
    }
}
