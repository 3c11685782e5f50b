package dev.lockstep.models;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import dev.lockstep.models.internal.CallMeter;
import dev.lockstep.models.internal.GenerationLoop;
import dev.lockstep.models.internal.SessionState;
import dev.lockstep.models.internal.chat.ModelTemplates.Usable;
import dev.lockstep.models.internal.chat.TurnEnd;
import dev.lockstep.models.internal.saved.SavedSession;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.Zeroing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One conversation: what was read and generated so far, in secure memory of its own.
 *
 * <p>Successive calls continue the same text. A call that is cancelled or fails zeroes the session, which then begins anew with
 * an empty context; it is never left half-used.
 *
 * <p><b>Threads.</b> One caller at a time; a second one gets an {@link IllegalStateException}. {@link #cancel()} and
 * {@link #close()} may come from any thread.
 */
public final class Session implements AutoCloseable {
    private final Model model;
    private final SessionGate gate;
    private final SecureArena arena;
    private final SessionState state;
    /** The caller's template of the last turn: finding out where its answers end takes a rendering. Null at first. */
    private volatile Usable lastTemplate;
    private final ReentrantLock busy = new ReentrantLock();
    private volatile boolean cancelled;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Session(Model model, SessionGate gate, SecureArena arena, SessionState state) {
        this.model = model;
        this.gate = gate;
        this.arena = arena;
        this.state = state;
    }

    static Session open(Model model, int context, KvType kvCache, SessionGate gate) {
        SecureArena arena = SecureArena.open("session");
        try {
            return new Session(model, gate, arena, model.decoder().newState(context, kvCache, arena));
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /**
     * Reads a prompt and generates text after it.
     *
     * <p>The string itself stays on the heap until it is collected; use {@link #generate(MemorySegment, Sampling, TokenListener)}
     * for a prompt that must leave nothing behind.
     *
     * @throws ContextLengthException if the prompt does not fit; the session is unchanged
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses: at the start the session is unchanged, later it begins anew
     * @throws InferenceException if the model computes nonsense
     * @throws IllegalStateException if the session or its model is closed, or in use by another thread
     */
    public Generation generate(String prompt, Sampling sampling, TokenListener listener) {
        try (var memory = SecureArena.open("prompt")) {
            return generate(encodeUtf8(prompt, memory), sampling, listener);
        }
    }

    /**
     * Reads a prompt and generates text after it.
     *
     * @param utf8 the prompt; borrowed for this call
     * @param listener receives the text as it grows
     */
    public Generation generate(MemorySegment utf8, Sampling sampling, TokenListener listener) {
        return exclusively(() -> {
            try (var memory = SecureArena.open("generation")) {
                var loop = new GenerationLoop(model.tokenizer(), state, sampling, memory, this::mustStop);
                long promptTokens = loop.encode(utf8);
                requireRoom(promptTokens);
                return run(loop, promptTokens, sampling, listener);
            }
        });
    }

    /** Answers a conversation with the model's own template and without tools; see {@link #chat(List, ChatOptions, Sampling, TokenListener)}. */
    public Generation chat(List<ChatMessage> messages, Sampling sampling, TokenListener listener) {
        return chat(messages, ChatOptions.defaults(), sampling, listener);
    }

    /**
     * Answers a conversation. It is given whole each time; what the session holds of it already, from its start to the first token that
     * differs, is not read again. Whatever else the session held is forgotten.
     *
     * <p>The answer ends at a token that the vocabulary or the template puts behind answers. It is the caller's to add to the conversation,
     * and so is dropping it: a call that was cancelled or failed leaves an empty session, and the next one reads the conversation anew.
     *
     * @param messages their memory is borrowed for this call; the last one is the one to answer
     * @return how many tokens were read this time, and how many were generated
     * @throws ChatTemplateException if the model has no template, or it does not render the conversation; the session is unchanged
     * @throws dev.lockstep.loader.ModelFormatException if the template is not supported; the session is unchanged
     * @throws ContextLengthException if the conversation leaves no room for an answer; the session is unchanged
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses: at the start the session is unchanged, later it begins anew
     * @throws InferenceException if the model computes nonsense
     * @throws IllegalStateException if the session or its model is closed, or in use by another thread
     */
    public Generation chat(List<ChatMessage> messages, ChatOptions options, Sampling sampling, TokenListener listener) {
        var usable = model.templateFor(options);
        return chat(messages, usable.template(), usable.end(), options, sampling, listener);
    }

    /** The same with a template of the caller's, for models that have none, or another one. */
    public Generation chat(List<ChatMessage> messages, ChatTemplate template, ChatOptions options, Sampling sampling, TokenListener listener) {
        Usable known = lastTemplate;
        if (known == null || known.template() != template) {
            known = new Usable(template, TurnEnd.of(template, model.tokenizer()));
            lastTemplate = known;
        }
        return chat(messages, template, known.end(), options, sampling, listener);
    }

    private Generation chat(List<ChatMessage> messages, ChatTemplate template, TurnEnd end, ChatOptions options, Sampling sampling,
            TokenListener listener) {
        return exclusively(() -> {
            try (var memory = SecureArena.open("conversation")) {
                MemorySegment ids = encode(template.render(messages, options, memory), memory);
                long count = ids.byteSize() / Integer.BYTES;
                if (count >= state.context()) {
                    throw ContextLengthException.ofConversation(count, state.context());
                }
                var loop = new GenerationLoop(model.tokenizer(), state, sampling, memory, this::mustStop);
                return run(loop, loop.resume(ids, end), sampling, listener);
            }
        });
    }

    private Generation run(GenerationLoop loop, long promptTokens, Sampling sampling, TokenListener listener) {
        long maxTokens = Math.min(sampling.maxTokens(), loop.room());
        return metered(promptTokens, maxTokens, meter -> loop.run(meter, listener), generation -> generation.finish().outcome());
    }

    /** A template says all there is to say, but for the token that begins a text: some leave that to the tokenizer. */
    private MemorySegment encode(ChatTemplate.Prompt prompt, SecureArena memory) {
        Tokenizer tokenizer = model.tokenizer();
        MemorySegment ids = tokenizer.encodeMarked(prompt.utf8(), prompt.textRanges(), false, memory);
        int begin = tokenizer.beginOfText().orElse(Token.NONE);
        boolean begins = ids.byteSize() > 0 && ids.get(ValueLayout.JAVA_INT, 0) == begin;
        if (ids.byteSize() > 0 && (begins || !tokenizer.addsBeginOfText())) {
            return ids;
        }
        if (begin == Token.NONE) {
            throw new IllegalArgumentException("the rendered conversation is empty, and this model has no token that begins a text");
        }
        MemorySegment whole = memory.allocate(Integer.BYTES + ids.byteSize());
        whole.set(ValueLayout.JAVA_INT, 0, begin);
        MemorySegment.copy(ids, 0, whole, Integer.BYTES, ids.byteSize());
        return whole;
    }

    /**
     * Like {@link #score(MemorySegment, LogitsListener)}, for ids that are no secret: the array stays on the heap until it is collected.
     */
    public void score(int[] tokenIds, LogitsListener listener) {
        try (var memory = SecureArena.open("tokens")) {
            MemorySegment ids = memory.allocate((long) tokenIds.length * Integer.BYTES);
            MemorySegment.copy(tokenIds, 0, ids, ValueLayout.JAVA_INT, 0, tokenIds.length);
            score(ids, listener);
        }
    }

    /**
     * Reads tokens, continuing the session, and hands out the logits of each position.
     *
     * @param tokenIds int32 in native byte order, as {@link Tokenizer#encode} makes them; read once, at the start
     * @throws IllegalArgumentException if an id is not in the vocabulary; the session is unchanged
     * @throws ContextLengthException if they do not fit; the session is unchanged
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses: at the start the session is unchanged, later it begins anew
     * @throws CancellationException if {@link #cancel()} or {@link #close()} was called meanwhile; the session begins anew
     */
    public void score(MemorySegment tokenIds, LogitsListener listener) {
        exclusively(() -> {
            try (var memory = SecureArena.open("tokens")) {
                MemorySegment ids = ownCopy(tokenIds, memory);
                long count = ids.byteSize() / Integer.BYTES;
                return wholly(count, 0, meter -> {
                    if (!state.score(ids, count, listener::onLogits, this::mustStop)) {
                        throw new CancellationException("scoring was cancelled; the session begins anew");
                    }
                    meter.promptRead();
                });
            }
        });
    }

    /**
     * Reads tokens, continuing the session, as a prompt is read: only the last one's logits are computed.
     *
     * @param tokenIds int32 in native byte order, as {@link Tokenizer#encode} makes them; read once, at the start
     * @throws IllegalArgumentException if an id is not in the vocabulary; the session is unchanged
     * @throws ContextLengthException if they do not fit; the session is unchanged
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses: at the start the session is unchanged, later it begins anew
     * @throws CancellationException if {@link #cancel()} or {@link #close()} was called meanwhile; the session begins anew
     */
    public void read(MemorySegment tokenIds) {
        exclusively(() -> {
            try (var memory = SecureArena.open("tokens")) {
                MemorySegment ids = ownCopy(tokenIds, memory);
                long count = ids.byteSize() / Integer.BYTES;
                return wholly(count, 0, meter -> {
                    state.read(ids, count, this::mustStop);
                    requireNotCancelled();
                    meter.promptRead();
                });
            }
        });
    }

    /**
     * Generates tokens after what was read, always the most probable one, and forgets them: no text is made, nothing ends it
     * early. For measuring; {@link #generate} is for texts.
     *
     * @param count tokens, not negative
     * @throws IllegalStateException if nothing was read before
     * @throws ContextLengthException if they do not fit; the session is unchanged
     * @throws InferenceException if the model computes nonsense
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses: at the start the session is unchanged, later it begins anew
     * @throws CancellationException if {@link #cancel()} or {@link #close()} was called meanwhile; the session begins anew
     */
    public void decode(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count=" + count + " must not be negative");
        }
        exclusively(() -> {
            if (state.position() == 0) {
                throw new IllegalStateException("nothing was read that tokens could follow");
            }
            requireRoom(count);
            return wholly(0, count, meter -> {
                meter.promptRead();
                decodeGreedily(count, meter, this::mustStop);
                requireNotCancelled();
            });
        });
    }

    private void decodeGreedily(int count, CallMeter meter, BooleanSupplier stop) {
        SessionState.TokenChooser chooser = state.chooser(Sampling.greedy());
        for (int i = 0; i < count && !stop.getAsBoolean(); i++) {
            if (state.hasPending()) {
                state.read(MemorySegment.NULL, 0, stop);
            }
            state.append(chooser.next());
            meter.generated();
        }
    }

    /** Ids that fit and are in the vocabulary, and that nobody can change any more. */
    private MemorySegment ownCopy(MemorySegment tokenIds, SecureArena memory) {
        requireRoom(tokenIds.byteSize() / Integer.BYTES);
        MemorySegment ids = TokenIds.copy(tokenIds, memory);
        TokenIds.requireInVocabulary(ids, state.vocabSize());
        return ids;
    }

    private void requireRoom(long tokens) {
        if (tokens > state.context() - state.position()) {
            throw new ContextLengthException(tokens, state.context() - state.position(), state.context());
        }
    }

    private void requireNotCancelled() {
        if (isCancelled()) {
            throw new CancellationException("cancelled; the session begins anew");
        }
    }

    /** Runs an operation that throws when it stops half-way. */
    private Void wholly(long promptTokens, long maxTokens, Consumer<CallMeter> operation) {
        return metered(promptTokens, maxTokens, meter -> {
            operation.accept(meter);
            return null;
        }, _ -> Usage.LENGTH);
    }

    /** Asks the gate and does it. What is broken off, or cannot be recorded, is zeroed. */
    private <T> T metered(long promptTokens, long maxTokens, Function<CallMeter, T> operation, Function<T, String> outcomeOf) {
        gate.generating(promptTokens, maxTokens);
        return zeroingUnlessWhole(() -> CallMeter.metered(gate, promptTokens, operation, outcomeOf),
                result -> !(result instanceof Generation generation && generation.finish().isBrokenOff()));
    }

    /** Receives the logits of one position after another. */
    @FunctionalInterface
    public interface LogitsListener {
        /**
         * @param position position in the session, from 0
         * @param logits float32 little-endian, shape (vocabularySize), in secure memory; valid only during this call
         */
        void onLogits(int position, MemorySegment logits);
    }

    /** Positions of the context that are taken. */
    public int position() {
        return state.position();
    }

    /** Positions of the context altogether. */
    public int context() {
        return state.context();
    }

    /** Ends the running generation, if there is one, before its next token. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Whether the call that is running is to end now.
     *
     * @throws dev.lockstep.loader.gate.RefusedException if the gate does not let it go on
     */
    private boolean mustStop() {
        if (isCancelled()) {
            return true;
        }
        gate.continuing();
        return false;
    }

    /** When the process ends, nobody calls {@link #cancel()}: its memory is wiped, and what is computed from then on is nonsense. */
    private boolean isCancelled() {
        return cancelled || arena.isClosing();
    }

    /**
     * Asks whether the session could be {@linkplain #save saved}, before anything is computed that is to be.
     *
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses
     * @throws IllegalStateException if the session or its model is closed, or in use by another thread
     */
    public void requireSavable() {
        exclusively(() -> {
            gate.keeping();
            return null;
        });
    }

    /**
     * Saves the session into a file that only its owner can read and only its owner can have written; {@link Model#openSession}
     * continues it. The session stays as it is, whatever happens. Another file of this name is replaced, in one step.
     *
     * @param owner for whom it is encrypted, and whose secret proves who saved it; stays the caller's. A passphrase takes two seconds
     * @throws IOException if the file cannot be written; an older one is still there then
     * @throws dev.lockstep.loader.gate.RefusedException if the gate refuses; nothing was written
     * @throws IllegalStateException if there is nothing to save, or session, model or identity is closed
     */
    public void save(Path file, AgeIdentity owner) throws IOException {
        exclusively(() -> {
            if (state.position() == 0) {
                throw new IllegalStateException("the session is empty; there is nothing to save");
            }
            gate.saving();
            SavedSession.write(file, owner, model.weightsIdentity(), state);
            return null;
        });
    }

    void restore(SavedSession saved) {
        exclusively(() -> zeroingUnlessWhole(() -> {
            saved.copyTo(state);
            return null;
        }, _ -> true));
    }

    /** Forgets everything: overwrites the session with zeros and begins anew. */
    public void reset() {
        exclusively(() -> {
            state.zero();
            return null;
        });
    }

    /** What {@link #close()} overwrote; {@link Zeroing#NONE} until then. */
    public Zeroing zeroing() {
        return arena.zeroing();
    }

    /** Cancels a running generation and waits for it, zeroes and frees the memory. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Closing.all(this::abandon, () -> gate.closed(zeroing().bytes()));
        } else {
            abandon();
        }
    }

    /** Closes it without telling the gate. */
    void abandon() {
        cancelled = true;
        Closing.all(arena::close, () -> model.forget(this));
    }

    private interface Operation<T, X extends Exception> {
        T run() throws X;
    }

    private <T, X extends Exception> T exclusively(Operation<T, X> operation) throws X {
        if (busy.isHeldByCurrentThread() || !busy.tryLock()) {
            throw new IllegalStateException("the session is in use; one call at a time");
        }
        // Before the leases: a close() that comes after them must find its cancellation still standing.
        cancelled = false;
        try (var _ = model.arena().lease(); var _ = arena.lease()) {
            return operation.run();
        } finally {
            busy.unlock();
        }
    }

    /** A generation that was cancelled or failed leaves keys and values of half a turn behind: away with them. */
    private <T> T zeroingUnlessWhole(Operation<T, RuntimeException> operation, Predicate<T> isWhole) {
        boolean whole = false;
        try {
            T result = operation.run();
            whole = isWhole.test(result);
            return result;
        } finally {
            if (!whole) {
                state.zero();
            }
        }
    }

    private static MemorySegment encodeUtf8(String text, SecureArena memory) {
        var encoder = StandardCharsets.UTF_8.newEncoder();
        var chars = CharBuffer.wrap(text);
        MemorySegment utf8 = memory.allocate((long) (text.length() * (double) encoder.maxBytesPerChar()));
        var bytes = utf8.asByteBuffer();
        var result = encoder.encode(chars, bytes, true);
        if (result.isError()) {
            throw new IllegalArgumentException("the prompt has an unpaired surrogate at index " + chars.position());
        }
        encoder.flush(bytes);
        return utf8.asSlice(0, bytes.position());
    }

    @Override
    public String toString() {
        return "Session[" + (arena.isClosed() ? "closed" : "open") + "]";
    }
}
