package dev.lockstep.models;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvType;
import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeFileSource;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.models.internal.LoadedDecoder;
import dev.lockstep.models.internal.chat.ModelTemplates;
import dev.lockstep.models.internal.saved.SavedSession;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A loaded model: weights in secure memory, a tokenizer, and a team of threads.
 *
 * <p><b>Threads.</b> Safe for any number of threads; sessions of one model may run at the same time and take turns on its
 * threads. <b>Ownership.</b> Whoever loads a model closes it. {@link #close()} cancels and closes its sessions, waits for them,
 * and zeroes the weights.
 */
public final class Model implements AutoCloseable {
    private final String name;
    private final Path path;
    private final ModelGate gate;
    private final Provenance provenance;
    private final String weightsIdentity;
    private final Tokenizer tokenizer;
    private final SecureArena arena;
    private final LoadedDecoder decoder;
    private final WorkerPool pool;
    private final int maxContext;
    private final ModelTemplates templates;
    private final Set<Session> sessions = new HashSet<>();
    private boolean closed;

    private Model(VerifiedCheckpoint checkpoint, Tokenizer tokenizer, SecureArena arena, LoadedDecoder decoder,
            WorkerPool pool, int maxContext) {
        this.name = checkpoint.name();
        this.path = checkpoint.path();
        this.gate = checkpoint.gate();
        this.provenance = checkpoint.provenance();
        this.weightsIdentity = checkpoint.weightsIdentity();
        this.tokenizer = tokenizer;
        this.arena = arena;
        this.decoder = decoder;
        this.pool = pool;
        this.maxContext = maxContext;
        this.templates = new ModelTemplates(checkpoint.metadata());
    }

    /**
     * Loads the weights of a verified checkpoint, where its {@linkplain VerifiedCheckpoint#residency() residency} says. The checkpoint
     * stays the caller's to close, but can be used for nothing else afterwards.
     *
     * @throws IllegalArgumentException if the options name another gate than the checkpoint was opened through
     * @throws dev.lockstep.loader.ModelFormatException if the model contradicts itself or is not supported; this is checked
     *     before memory is taken
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory; nothing stays behind
     */
    public static Model load(VerifiedCheckpoint checkpoint, LoadOptions options) {
        options.requireGateOf(checkpoint);
        return load(checkpoint, options, LoadedDecoder.check(checkpoint));
    }

    /**
     * The same for a caller who will want a certain session: before the work, asks whether the {@link MemoryBudget} has room for it all.
     *
     * @param session what will be opened first; it is not opened here
     * @param announce told what it will take, once it is known that there is room for it
     * @throws dev.lockstep.securemem.SecureMemoryException also if the budget has no room; the message says how much is needed
     */
    public static Model load(VerifiedCheckpoint checkpoint, LoadOptions options, SessionOptions session, Consumer<MemoryPlan> announce) {
        options.requireGateOf(checkpoint);
        LoadedDecoder.Recipe recipe = LoadedDecoder.check(checkpoint);
        MemoryPlan plan = recipe.plan(options, session, KernelSelection.kernels());
        long copy = checkpoint.copyBytes();
        MemoryBudget.requireRoom(plan.total() - copy, checkpoint.name() + ", besides the " + copy + " bytes of its copy,");
        announce.accept(plan);
        return load(checkpoint, options, recipe);
    }

    private static Model load(VerifiedCheckpoint checkpoint, LoadOptions options, LoadedDecoder.Recipe recipe) {
        Kernels kernels = KernelSelection.kernels();
        SecureArena arena = SecureArena.open("weights of " + checkpoint.name());
        WorkerPool pool = new WorkerPool(options.threads());
        try {
            LoadedDecoder decoder = recipe.load(arena, kernels, pool);
            arena.seal();
            int maxContext = Math.min(options.maxContext(), recipe.contextLength());
            return new Model(checkpoint, recipe.tokenizer(), arena, decoder, pool, maxContext);
        } catch (Throwable t) {
            Closing.after(t, pool::close, arena::close, checkpoint::weightsAbandoned);
            throw t;
        }
    }

    /** Like {@link #plan(VerifiedCheckpoint, LoadOptions, SessionOptions)}, with one session as {@link #newSession()} opens it. */
    public static MemoryPlan plan(VerifiedCheckpoint checkpoint, LoadOptions options) {
        return plan(checkpoint, options, SessionOptions.defaults());
    }

    /**
     * Checks that a checkpoint could be loaded, and says what that and one session would take. Loads nothing.
     *
     * @throws dev.lockstep.loader.ModelFormatException as {@link #load} would
     */
    public static MemoryPlan plan(VerifiedCheckpoint checkpoint, LoadOptions options, SessionOptions session) {
        return LoadedDecoder.check(checkpoint).plan(options, session, KernelSelection.kernels());
    }

    /**
     * The tokenizer of a checkpoint; a file that holds only a vocabulary is enough.
     *
     * @throws dev.lockstep.loader.ModelFormatException if there is none or it is not supported
     */
    public static Tokenizer tokenizer(VerifiedCheckpoint checkpoint) {
        return Tokenizers.of(checkpoint.metadata());
    }

    /** Opens a session with the longest context that the load options and the model allow. */
    public Session newSession() {
        return newSession(SessionOptions.defaults());
    }

    /** Opens a session with a context of 1 to {@link #maxContext()} tokens. */
    public Session newSession(int context) {
        return newSession(SessionOptions.defaults().withContext(context));
    }

    /**
     * Opens a session.
     *
     * @return the caller's to close
     * @throws IllegalArgumentException if the context is longer than {@link #maxContext()}
     * @throws IllegalStateException if the model is closed
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses; no memory was taken
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory for its cache
     */
    public Session newSession(SessionOptions options) {
        int context = checkedContext(options.context());
        return admitted(options, context, asked -> newSession(context, options.kvCache(), asked));
    }

    private Session newSession(int context, KvType kvCache, SessionGate asked) {
        synchronized (sessions) {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            Session session = Session.open(this, context, kvCache, asked);
            sessions.add(session);
            return session;
        }
    }

    private interface Opening<X extends Exception> {
        Session open(SessionGate asked) throws X;
    }

    /** Asks the gate before anything is read or taken, and tells it if there is no session in the end. */
    private <X extends Exception> Session admitted(SessionOptions options, int context, Opening<X> opening) throws X {
        SessionGate asked = options.gate().orElse(gate).session(path, provenance);
        asked.opening(context);
        try {
            return opening.open(asked);
        } catch (Throwable t) {
            Closing.after(t, () -> asked.closed(0));
            throw t;
        }
    }

    private int checkedContext(int wanted) {
        int context = wanted == SessionOptions.LONGEST ? maxContext : wanted;
        if (context > maxContext) {
            throw new IllegalArgumentException("context=" + context + " must be 1 to " + maxContext);
        }
        return context;
    }

    /** Continues a saved session with the longest context that the load options and the model allow. */
    public Session openSession(Path file, List<? extends AgeIdentity> identities) throws IOException {
        return openSession(file, identities, SessionOptions.defaults());
    }

    /** The same with a context of 1 to {@link #maxContext()} tokens. */
    public Session openSession(Path file, List<? extends AgeIdentity> identities, int context) throws IOException {
        return openSession(file, identities, SessionOptions.defaults().withContext(context));
    }

    /**
     * Continues a session that {@link Session#save} saved: what comes next is the same, bit for bit. Its cache is of the type that it
     * had. While this runs, the session is in memory twice.
     *
     * @param identities tried in order; the one that the file is encrypted for must have saved it. They stay the caller's
     * @param options its context need not be that of the saved session; what they say of its cache does not count
     * @return the caller's to close
     * @throws IOException if the file cannot be read, or is a symbolic link
     * @throws dev.lockstep.loader.age.AgeException if it cannot be decrypted
     * @throws SavedSessionException if it was not saved by the owner of the identity, with another model, or is malformed
     * @throws ContextLengthException if it has more tokens
     * @throws IllegalArgumentException if the context is longer than {@link #maxContext()}
     * @throws IllegalStateException if the model is closed
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses; the file was not read
     * @throws dev.lockstep.securemem.SecureMemoryException if there is not enough memory
     */
    public Session openSession(Path file, List<? extends AgeIdentity> identities, SessionOptions options) throws IOException {
        int positions = checkedContext(options.context());
        return admitted(options, positions, asked -> restored(file, identities, positions, asked));
    }

    private Session restored(Path file, List<? extends AgeIdentity> identities, int positions, SessionGate asked) throws IOException {
        try (var source = AgeFileSource.open(file);
                var saved = SavedSession.read(source, identities, weightsIdentity, decoder.sessionShape(), positions)) {
            Session session = newSession(positions, saved.kvType(), asked);
            try {
                session.restore(saved);
                return session;
            } catch (Throwable t) {
                session.abandon();
                throw t;
            }
        }
    }

    void forget(Session session) {
        synchronized (sessions) {
            sessions.remove(session);
        }
    }

    /** Name of the model's file. */
    public String name() {
        return name;
    }

    /** Who vouched for the weights. */
    public Provenance provenance() {
        return provenance;
    }

    /** See {@link VerifiedCheckpoint#weightsIdentity}: what saved sessions are bound to. */
    String weightsIdentity() {
        return weightsIdentity;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * The template that turns conversations into what the model was trained on, if the model has one; {@link Session#chat} uses it.
     *
     * @throws dev.lockstep.loader.ModelFormatException if it breaks its language, or uses a part of it that is not supported
     */
    public Optional<ChatTemplate> chatTemplate() {
        return templates.find(false, tokenizer).map(ModelTemplates.Usable::template);
    }

    /**
     * The template for a conversation; some models have one of its own for conversations with tools.
     *
     * @throws ChatTemplateException if the model has none
     * @throws dev.lockstep.loader.ModelFormatException as {@link #chatTemplate()}
     */
    public ChatTemplate requireChatTemplate(ChatOptions options) {
        return templateFor(options).template();
    }

    ModelTemplates.Usable templateFor(ChatOptions options) {
        return templates.find(!options.tools().isEmpty(), tokenizer).orElseThrow(() -> new ChatTemplateException(
                ChatTemplateException.Reason.MISSING, name + " has no chat template (tokenizer.chat_template); it continues texts and was not made"
                + " for conversations"));
    }

    /** The longest context of a session, in tokens. */
    public int maxContext() {
        return maxContext;
    }

    /** Threads that compute, the caller included. */
    public int threads() {
        return pool.threads();
    }

    /** What a token costs: to relate measured speeds to what the machine can do. */
    public Workload workload() {
        return decoder.workload();
    }

    LoadedDecoder decoder() {
        return decoder;
    }

    SecureArena arena() {
        return arena;
    }

    /** What {@link #close()} overwrote; {@link Zeroing#NONE} until then. */
    public Zeroing zeroing() {
        return arena.zeroing().plus(decoder.zeroing());
    }

    /** Cancels and closes all sessions, then zeroes and frees the weights. Idempotent. */
    @Override
    public void close() {
        List<Session> open;
        boolean first;
        synchronized (sessions) {
            first = !closed;
            closed = true;
            open = List.copyOf(sessions);
        }
        List<Runnable> steps = new ArrayList<>();
        open.forEach(session -> steps.add(session::close));
        steps.addAll(List.of(decoder::close, arena::close, pool::close));
        if (first) {
            steps.add(() -> gate.closed(path, provenance, zeroing().bytes()));
        }
        Closing.all(steps);
    }

    @Override
    public String toString() {
        return "Model[" + name + "]";
    }
}
