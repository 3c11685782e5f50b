package dev.lockstep.models.internal;

import dev.lockstep.kernel.KvType;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Token;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Where a session stands: its cache, the position, and the logits of the last token. All of it lies in the session's arena.
 * One thread at a time.
 */
public final class SessionState {
    private final ModelConfig config;
    private final Decoder decoder;
    private final RunState run;
    private final Candidates candidates;
    /** int32, shape (1): a token that was generated but has not gone through the layers yet. */
    private final MemorySegment pending;
    /** int32, shape (context): the tokens of the positions that are processed, as far as they are known. */
    private final MemorySegment history;
    private boolean hasPending;
    private int position;
    /** Positions at the start whose tokens are not known: those of a saved session. */
    private int unknown;

    SessionState(ModelConfig config, Decoder decoder, RunState run, SecureArena arena) {
        this.config = config;
        this.decoder = decoder;
        this.run = run;
        this.candidates = new Candidates(config.vocabSize(), arena);
        this.pending = arena.allocate(Integer.BYTES);
        this.history = arena.allocate(historyBytes(context()));
    }

    /** Bytes that remembering the tokens of {@code context} positions takes. */
    static long historyBytes(int context) {
        return (long) context * Integer.BYTES;
    }

    /** What becomes of the logits of one position. */
    @FunctionalInterface
    public interface LogitsSink {
        /** @param logits float32, shape (vocabSize), valid only during this call */
        void accept(int position, MemorySegment logits);
    }

    /** Positions of the context that are taken, a generated token that was not processed yet included. */
    public int position() {
        return position + (hasPending ? 1 : 0);
    }

    /** True if a generated token has not gone through the layers yet. */
    public boolean hasPending() {
        return hasPending;
    }

    public int vocabSize() {
        return config.vocabSize();
    }

    public SessionShape shape() {
        return SessionShape.of(config);
    }

    /** How keys and values are stored. */
    public KvType kvType() {
        return run.cache.layout().type();
    }

    /** Positions whose tokens went through the layers. */
    public int processed() {
        return position;
    }

    /** The generated token that has not gone through the layers yet, or {@link Token#NONE}. */
    public int pending() {
        return hasPending ? pending.get(ValueLayout.JAVA_INT, 0) : Token.NONE;
    }

    /** All there is besides numbers: the logits of the last token, then the cache of {@code positions} positions, as memory. */
    public List<MemorySegment> contents(int positions) {
        return Stream.concat(Stream.of(run.logits.row(0)), run.cache.blocks(positions).stream()).toList();
    }

    /** Goes on from {@link #contents} that were put there. */
    public void resume(int processed, int pendingToken) {
        position = processed;
        unknown = processed;
        if (pendingToken != Token.NONE) {
            append(pendingToken);
        }
    }

    /** Positions there are. */
    public int context() {
        return run.cache.capacity();
    }

    /**
     * Reads tokens, after the pending one if there is one; the logits of the last are then ready to be sampled.
     *
     * @param tokens int32, {@code count} of them; ids inside of the vocabulary
     * @param cancelled asked between batches; true stops early
     */
    public void read(MemorySegment tokens, long count, BooleanSupplier cancelled) {
        int last = readPending();
        for (long done = 0; done < count && !cancelled.getAsBoolean(); done += last) {
            last = (int) Math.min(RunState.BATCH, count - done);
            step(tokens, done, last);
        }
        if (last > 0) {
            decoder.logits(run, last - 1);
        }
    }

    /**
     * Reads tokens and hands out the logits of each.
     *
     * @param cancelled asked between batches
     * @return false if it was cancelled before the end
     */
    public boolean score(MemorySegment tokens, long count, LogitsSink sink, BooleanSupplier cancelled) {
        readPending();
        for (long done = 0; done < count; done += RunState.BATCH) {
            if (cancelled.getAsBoolean()) {
                return false;
            }
            int batch = (int) Math.min(RunState.BATCH, count - done);
            step(tokens, done, batch);
            for (int token = 0; token < batch; token++) {
                decoder.logits(run, token);
                sink.accept(position - batch + token, run.logits.row(0));
            }
        }
        return true;
    }

    /** Returns how many tokens went through the layers: one or none. */
    private int readPending() {
        if (!hasPending) {
            return 0;
        }
        hasPending = false;
        step(pending, 0, 1);
        return 1;
    }

    private void step(MemorySegment tokens, long from, int count) {
        decoder.forward(run, tokens, from * Integer.BYTES, count, position);
        MemorySegment.copy(tokens, ValueLayout.JAVA_INT, from * Integer.BYTES, history, ValueLayout.JAVA_INT, (long) position * Integer.BYTES, count);
        position += count;
    }

    /** A sampler that works in this session's memory. */
    public TokenChooser chooser(Sampling sampling) {
        var sampler = new Sampler(sampling, candidates);
        return () -> sampler.next(run.logits.data(), config.vocabSize());
    }

    /** Chooses the next token after the last one read. */
    @FunctionalInterface
    public interface TokenChooser {
        int next();
    }

    /** Remembers a generated token; the next {@link #read} begins with it. */
    public void append(int id) {
        pending.set(ValueLayout.JAVA_INT, 0, id);
        hasPending = true;
    }

    /** How many of the tokens at the start are those that went through the layers already. */
    public int commonPrefix(MemorySegment tokens, long count) {
        int common = 0;
        while (unknown == 0 && common < Math.min(position, count)
                && tokens.getAtIndex(ValueLayout.JAVA_INT, common) == history.getAtIndex(ValueLayout.JAVA_INT, common)) {
            common++;
        }
        return common;
    }

    /** Overwrites everything from a position on with zeros, one that was reached before; a token must be read before the next is chosen. */
    public void rewind(int to) {
        run.selfAttention.forget(to, position);
        history.asSlice((long) to * Integer.BYTES, (long) (position - to) * Integer.BYTES).fill((byte) 0);
        position = to;
        hasPending = false;
        unknown = Math.min(unknown, to);
    }

    /** Overwrites everything with zeros and begins anew. */
    public void zero() {
        run.zero();
        candidates.zero();
        pending.fill((byte) 0);
        history.fill((byte) 0);
        hasPending = false;
        position = 0;
        unknown = 0;
    }
}
