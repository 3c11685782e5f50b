package dev.lockstep.models;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import dev.lockstep.models.internal.CallMeter;
import dev.lockstep.models.internal.LoadedEncoder;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A loaded encoder: it makes vectors of texts, so that texts that mean about the same lie close together. Weights and buffers are in
 * secure memory; the buffers are zeroed after each text.
 *
 * <p><b>Threads.</b> Safe for any number of threads, which take turns; each text is computed by all of the encoder's own threads.
 * <b>Ownership.</b> Whoever loads it closes it. {@link #close()} waits for the running text and zeroes everything. For the gate, all its
 * texts are one session.
 */
public final class Embedder implements AutoCloseable {
    private final String name;
    private final Path path;
    private final ModelGate gate;
    private final SessionGate session;
    private final Provenance provenance;
    private final Tokenizer tokenizer;
    private final int dimension;
    private final int maxTokens;
    private final Optional<Pooling> pooling;
    private final SecureArena arena;
    private final LoadedEncoder encoder;
    private final WorkerPool pool;
    private final ReentrantLock turns = new ReentrantLock(true);
    /** Guarded by {@link #turns}. */
    private boolean closed;

    private Embedder(VerifiedCheckpoint checkpoint, LoadedEncoder.Recipe recipe, LoadOptions options, SessionGate session,
            SecureArena arena, LoadedEncoder encoder, WorkerPool pool) {
        this.name = checkpoint.name();
        this.path = checkpoint.path();
        this.gate = checkpoint.gate();
        this.session = session;
        this.provenance = checkpoint.provenance();
        this.tokenizer = recipe.tokenizer();
        this.dimension = recipe.dimension();
        this.maxTokens = recipe.maxTokens(options);
        this.pooling = recipe.pooling();
        this.arena = arena;
        this.encoder = encoder;
        this.pool = pool;
    }

    /** True if a checkpoint holds an encoder, which {@link #load} loads; others are for {@link Model#load}. */
    public static boolean isEncoder(VerifiedCheckpoint checkpoint) {
        return LoadedEncoder.isEncoder(checkpoint.metadata());
    }

    /**
     * Loads the weights of a verified checkpoint, where its {@linkplain VerifiedCheckpoint#residency() residency} says. The checkpoint
     * stays the caller's to close, but can be used for nothing else afterwards.
     *
     * @param options the longest context is that of a text
     * @throws IllegalArgumentException if they name another gate than the checkpoint was opened through
     * @throws dev.lockstep.loader.ModelFormatException if it is no encoder, contradicts itself or is not supported; this is checked
     *     before memory is taken
     * @throws dev.lockstep.loader.gate.RefusedException if the checkpoint's gate refuses; no more memory was taken
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory; nothing stays behind
     */
    public static Embedder load(VerifiedCheckpoint checkpoint, LoadOptions options) {
        options.requireGateOf(checkpoint);
        LoadedEncoder.Recipe recipe = LoadedEncoder.check(checkpoint);
        Kernels kernels = KernelSelection.kernels();
        long copy = checkpoint.copyBytes();
        MemoryBudget.requireRoom(recipe.plan(options, kernels).total() - copy,
                checkpoint.name() + ", besides the " + copy + " bytes of its copy,");
        SessionGate session = checkpoint.gate().session(checkpoint.path(), checkpoint.provenance());
        session.opening(recipe.maxTokens(options));
        SecureArena arena = SecureArena.open("weights of " + checkpoint.name());
        WorkerPool pool = new WorkerPool(options.threads());
        try {
            LoadedEncoder encoder = recipe.load(options, arena, kernels, pool);
            arena.seal();
            return new Embedder(checkpoint, recipe, options, session, arena, encoder, pool);
        } catch (Throwable t) {
            Closing.after(t, pool::close, arena::close, () -> session.closed(0), checkpoint::weightsAbandoned);
            throw t;
        }
    }

    /**
     * Checks that an encoder could be loaded, and says what that would take, buffers for a text of the longest context included. Loads
     * nothing.
     *
     * @throws dev.lockstep.loader.ModelFormatException as {@link #load} would
     */
    public static MemoryPlan plan(VerifiedCheckpoint checkpoint, LoadOptions options) {
        return LoadedEncoder.check(checkpoint).plan(options, KernelSelection.kernels());
    }

    /** Name of the model's file. */
    public String name() {
        return name;
    }

    /** Who vouched for the weights. */
    public Provenance provenance() {
        return provenance;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Numbers of a vector. */
    public int dimension() {
        return dimension;
    }

    /** Tokens of the longest text, those that are put around it included. */
    public int maxTokens() {
        return maxTokens;
    }

    /** How the model's file says that one vector is made of many, if it does. */
    public Optional<Pooling> pooling() {
        return pooling;
    }

    /** Threads that compute, the caller included. */
    public int threads() {
        return pool.threads();
    }

    /**
     * The normalized vector of a text, on the Java heap. To keep text and vector off it, use
     * {@link #embed(MemorySegment, EmbeddingOptions, MemorySegment)}.
     *
     * @return {@link #dimension()} numbers
     */
    public float[] embed(String text) {
        try (var memory = SecureArena.open("text")) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment utf8 = memory.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, utf8, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment vector = memory.allocate((long) dimension * Float.BYTES);
            embed(utf8, EmbeddingOptions.defaults(), vector);
            return vector.toArray(LittleEndian.FLOAT);
        }
    }

    /**
     * Makes the vector of a text, with the special tokens around it that the model was trained with.
     *
     * @param utf8 the text; read during the call
     * @param vector receives {@link #dimension()} float32, little-endian; memory off the heap that any thread may use
     * @return tokens of the text
     * @throws ContextLengthException if there are more than {@link #maxTokens()}; nothing is cut off
     * @throws IllegalArgumentException if neither the model nor the options say how to pool, the vector is too small, or the text is empty
     *     and no token is put around it
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses
     * @throws InferenceException if the model computes something that is not a number
     * @throws IllegalStateException if this is closed
     */
    public int embed(MemorySegment utf8, EmbeddingOptions options, MemorySegment vector) {
        try (var memory = SecureArena.open("tokens")) {
            MemorySegment tokens = tokenizer.encode(utf8, true, memory);
            embedOwn(tokens, options, vector);
            return Math.toIntExact(tokens.byteSize() / Integer.BYTES);
        }
    }

    /**
     * Makes the vector of tokens as they are.
     *
     * @param tokens int32, native byte order; read once, at the start
     * @throws IllegalArgumentException also if a token is not in the vocabulary, or there is none
     */
    public void embedTokens(MemorySegment tokens, EmbeddingOptions options, MemorySegment vector) {
        requireCount(tokens.byteSize() / Integer.BYTES);
        try (var memory = SecureArena.open("tokens")) {
            embedOwn(TokenIds.copy(tokens, memory), options, vector);
        }
    }

    /** Tokens that nobody else can change between the check and their use. */
    private void embedOwn(MemorySegment tokens, EmbeddingOptions options, MemorySegment vector) {
        Pooling chosen = options.pooling().or(() -> pooling).orElseThrow(() -> new IllegalArgumentException(
                name + " does not say how its vectors are pooled; choose " + List.of(Pooling.values())));
        requireCount(tokens.byteSize() / Integer.BYTES);
        TokenIds.requireInVocabulary(tokens, tokenizer.vocabularySize());
        if (vector.byteSize() < (long) dimension * Float.BYTES) {
            throw new IllegalArgumentException("vector.byteSize=" + vector.byteSize() + " is less than " + dimension + " floats");
        }
        turns.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the embedder is closed");
            }
            try (var _ = arena.lease()) {
                long count = tokens.byteSize() / Integer.BYTES;
                session.generating(count, 0);
                CallMeter.metered(session, count, meter -> {
                    encoder.embed(tokens, chosen, options.normalized(), vector);
                    meter.promptRead();
                    return vector;
                }, _ -> Usage.LENGTH);
            }
        } finally {
            turns.unlock();
        }
    }

    private void requireCount(long count) {
        if (count == 0) {
            throw new IllegalArgumentException("there are no tokens to make a vector of");
        }
        if (count > maxTokens) {
            throw ContextLengthException.ofText("the text", count, maxTokens);
        }
    }

    /** What {@link #close()} overwrote; {@link Zeroing#NONE} until then. */
    public Zeroing zeroing() {
        return arena.zeroing().plus(encoder.zeroing());
    }

    /** Waits for the running text, then zeroes and frees everything. Idempotent. */
    @Override
    public void close() {
        turns.lock();
        try {
            List<Runnable> steps = new ArrayList<>(List.of(encoder::close, arena::close, pool::close));
            if (!closed) {
                steps.add(() -> session.closed(encoder.bufferZeroing().bytes()));
                steps.add(() -> gate.closed(path, provenance, zeroing().bytes() - encoder.bufferZeroing().bytes()));
            }
            closed = true;
            Closing.all(steps);
        } finally {
            turns.unlock();
        }
    }

    @Override
    public String toString() {
        return "Embedder[" + name + "]";
    }
}
