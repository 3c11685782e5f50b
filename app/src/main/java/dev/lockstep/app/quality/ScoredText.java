package dev.lockstep.app.quality;

import dev.lockstep.models.Session;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;

/**
 * A text whose tokens models predict, cut into chunks as long as the context. As llama.cpp does it (tools/perplexity, 2025-08): each
 * chunk begins anew, with the token that begins a text if the model wants one in the place of its first; the first half is only read,
 * so that every prediction rests on half a context or more; each token of the second half but its first is predicted from all before
 * it. What is left over at the end is not used.
 *
 * <p>Tokens and logits are in secure memory. One thread at a time.
 */
public final class ScoredText {
    /** Tokens that one model predicts before the other catches up: long enough for batches, few enough to keep their logits. */
    private static final int STRIDE = 32;

    /** Below, there would be nothing to predict. */
    public static final int MIN_CONTEXT = 4;

    private final SecureArena memory;
    private final Tokenizer tokenizer;
    /** int32, shape (tokens). */
    private final MemorySegment tokens;
    private final int context;
    /** int32, shape (context). */
    private final MemorySegment chunk;

    /** Receives the predictions of each token in turn. */
    @FunctionalInterface
    interface Listener {
        /** @param next the token that came */
        void onPrediction(LogProbabilities prediction, int next);
    }

    /**
     * Tokenizes a text.
     *
     * @param memory borrowed for as long as this lives
     * @param utf8 the text; borrowed for the call
     * @param context tokens per chunk, at least {@link #MIN_CONTEXT}
     * @throws IllegalArgumentException if the text is shorter than one chunk
     */
    public ScoredText(SecureArena memory, Tokenizer tokenizer, MemorySegment utf8, int context) {
        this.memory = memory;
        this.tokenizer = tokenizer;
        this.tokens = withoutEnd(tokenizer.encode(utf8, true, memory));
        this.context = context;
        if (context < MIN_CONTEXT || tokens() < context) {
            throw new IllegalArgumentException("the text has " + tokens() + " tokens; a context of " + context + " must have "
                    + MIN_CONTEXT + " at least, and be filled once");
        }
        this.chunk = memory.allocate((long) context * Integer.BYTES);
    }

    /** The end belongs to a text, not to a chunk of one. */
    private MemorySegment withoutEnd(MemorySegment ids) {
        return tokenizer.addsEndOfText() ? ids.asSlice(0, ids.byteSize() - Integer.BYTES) : ids;
    }

    /** Tokens of the text. */
    public long tokens() {
        return tokens.byteSize() / Integer.BYTES;
    }

    /** Tokens per chunk. */
    public int context() {
        return context;
    }

    public int chunks() {
        return Math.toIntExact(tokens() / context);
    }

    /** Tokens that will be predicted. */
    public int predictions() {
        return Math.multiplyExact(chunks(), context - 1 - firstPredicting());
    }

    /** The position whose logits are the first to count. */
    private int firstPredicting() {
        return context / 2;
    }

    /**
     * Lets a model predict.
     *
     * @param session with room for the context; begins anew with each chunk
     * @param progress is told how many tokens were predicted so far
     */
    public Perplexity score(Session session, LongConsumer progress) {
        var perplexity = new Perplexity();
        forEachStride((from, count) -> {
            predict(session, from, count, (prediction, next) -> perplexity.add(prediction.of(next)));
            progress.accept(perplexity.count());
        }, session);
        return perplexity;
    }

    /** What came of a comparison. */
    public record Comparison(Perplexity model, Perplexity reference, Divergence divergence) { }

    /**
     * Lets two models of one vocabulary predict, side by side.
     *
     * @param progress is told how many tokens both have predicted so far
     */
    public Comparison compare(Session session, Session reference, LongConsumer progress) {
        var result = new Comparison(new Perplexity(), new Perplexity(), new Divergence(predictions(), memory));
        var expected = new KeptLogits(memory, STRIDE, tokenizer.vocabularySize());
        forEachStride((from, count) -> {
            expected.clear();
            predict(reference, from, count, (prediction, next) -> {
                result.reference.add(prediction.of(next));
                expected.add(prediction);
            });
            predict(session, from, count, (prediction, next) -> {
                result.model.add(prediction.of(next));
                result.divergence.add(expected.take(), prediction);
            });
            progress.accept(result.model.count());
        }, session, reference);
        return result;
    }

    private interface Stride {
        void run(int from, int count);
    }

    private void forEachStride(Stride stride, Session... sessions) {
        for (int number = 0; number < chunks(); number++) {
            begin(number, sessions);
            for (int from = firstPredicting(); from < context - 1; from += STRIDE) {
                stride.run(from, Math.min(STRIDE, context - 1 - from));
            }
        }
    }

    private void begin(int number, Session... sessions) {
        MemorySegment.copy(tokens, (long) number * context * Integer.BYTES, chunk, 0, chunk.byteSize());
        if (tokenizer.addsBeginOfText()) {
            chunk.set(ValueLayout.JAVA_INT, 0, tokenizer.beginOfText().orElseThrow());
        }
        for (Session session : sessions) {
            session.reset();
            session.read(ids(0, firstPredicting()));
        }
    }

    private void predict(Session session, int from, int count, Listener listener) {
        session.score(ids(from, count), (position, logits) ->
                listener.onPrediction(LogProbabilities.of(logits), chunk.getAtIndex(ValueLayout.JAVA_INT, position + 1L)));
    }

    private MemorySegment ids(int from, int count) {
        return chunk.asSlice((long) from * Integer.BYTES, (long) count * Integer.BYTES);
    }
}
