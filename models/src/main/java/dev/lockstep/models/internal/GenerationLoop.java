package dev.lockstep.models.internal;

import dev.lockstep.models.Generation;
import dev.lockstep.models.Generation.Finish;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Token;
import dev.lockstep.models.TokenListener;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.chat.TurnEnd;
import dev.lockstep.models.internal.tokenizer.TextStream;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * One call of generate: prompt to tokens, then token after token to text. Everything it holds lies in an arena that is zeroed
 * when the call ends.
 */
public final class GenerationLoop {
    private final Tokenizer tokenizer;
    private final SessionState state;
    private final Sampling sampling;
    private final SecureArena memory;
    private final BooleanSupplier cancelled;
    /** int32 ids of the prompt. */
    private MemorySegment prompt;
    /** Null outside of conversations. */
    private TurnEnd turnEnd;
    /** Tokens at the start that the session may keep, if it is to go back. */
    private int known;
    private CallMeter meter;

    public GenerationLoop(Tokenizer tokenizer, SessionState state, Sampling sampling, SecureArena memory,
            BooleanSupplier cancelled) {
        this.tokenizer = tokenizer;
        this.state = state;
        this.sampling = sampling;
        this.memory = memory;
        this.cancelled = cancelled;
    }

    /**
     * Turns the prompt into tokens; only the first one of a session gets the automatic begin-of-text token.
     *
     * @return how many
     * @throws IllegalArgumentException if there is nothing to begin or to continue with
     */
    public long encode(MemorySegment utf8) {
        boolean atStart = state.position() == 0;
        prompt = tokenizer.encode(utf8, atStart, memory);
        if (atStart && tokenizer.addsEndOfText()) {
            // A text that is to go on has not ended.
            prompt = prompt.asSlice(0, prompt.byteSize() - Integer.BYTES);
        }
        if (prompt.byteSize() == 0 && atStart) {
            int begin = tokenizer.beginOfText().orElseThrow(() -> new IllegalArgumentException(
                    "the prompt is empty, and this model has no token that begins a text"));
            prompt = memory.allocate(Integer.BYTES);
            prompt.set(ValueLayout.JAVA_INT, 0, begin);
        }
        if (prompt.byteSize() == 0 && !state.hasPending()) {
            throw new IllegalArgumentException("the prompt is empty, and the text so far has ended");
        }
        return promptTokens();
    }

    /**
     * Takes tokens that are the whole text from its start on; what the session holds of them is not read again.
     *
     * @param ids int32, at least one
     * @param end where the answer ends, besides what the vocabulary and the caller name
     * @return how many are to be read
     */
    public long resume(MemorySegment ids, TurnEnd end) {
        // the last one must be read in any case: its logits are what comes next
        known = state.commonPrefix(ids, ids.byteSize() / Integer.BYTES - 1);
        prompt = ids.asSlice((long) known * Integer.BYTES);
        turnEnd = end;
        return promptTokens();
    }

    /** Tokens that fit behind the prompt. */
    public long room() {
        return state.context() - (turnEnd != null ? known : state.position()) - promptTokens();
    }

    private long promptTokens() {
        return prompt.byteSize() / Integer.BYTES;
    }

    /** Reads the prompt and generates until something ends it. */
    public Generation run(CallMeter running, TokenListener listener) {
        meter = running;
        if (turnEnd != null) {
            state.rewind(known);
        }
        boolean textStarts = turnEnd != null || state.position() == 0 && isOnlyBeginOfText();
        state.read(prompt, promptTokens(), this::isBrokenOff);
        meter.promptRead();

        var output = new Output(listener, textStarts);
        Finish finish = generate(output);
        output.finish();
        return meter.generation(finish);
    }

    private boolean isOnlyBeginOfText() {
        return promptTokens() == 1
                && tokenizer.beginOfText().orElse(Token.NONE) == prompt.get(ValueLayout.JAVA_INT, 0);
    }

    private boolean isBrokenOff() {
        return cancelled.getAsBoolean() || isTooLate();
    }

    private boolean isTooLate() {
        return meter.elapsedNanos() > sampling.timeout().toNanos();
    }

    private Finish reason() {
        return cancelled.getAsBoolean() ? Finish.CANCELLED : Finish.TIMEOUT;
    }

    private Finish generate(Output output) {
        SessionState.TokenChooser chooser = state.chooser(sampling);
        while (true) {
            if (isBrokenOff()) {
                return reason();
            }
            if (meter.generatedTokens() == sampling.maxTokens()) {
                return Finish.MAX_TOKENS;
            }
            if (state.position() == state.context()) {
                return Finish.CONTEXT_FULL;
            }
            if (state.hasPending()) {
                state.read(MemorySegment.NULL, 0, cancelled);
            }
            int id = chooser.next();
            if (cancelled.getAsBoolean()) {
                // where it was cancelled because the memory was wiped, this token means nothing
                return Finish.CANCELLED;
            }
            if (tokenizer.isEndOfText(id) || turnEnd != null && turnEnd.token() == id) {
                return Finish.END_OF_TEXT;
            }
            state.append(id);
            output.accept(id);
            if (output.stop.hasStopped()) {
                return Finish.STOP_TEXT;
            }
        }
    }

    /** Tokens on their way to the listener. */
    private final class Output {
        private final TokenListener listener;
        private final TextStream stream;
        private final StopMatcher stop;

        Output(TokenListener listener, boolean textStarts) {
            this.listener = listener;
            this.stream = new TextStream(tokenizer, textStarts, memory);
            // A byte that is no valid UTF-8 becomes three, and up to three may be waiting.
            this.stop = new StopMatcher(stopTexts(), 3L * (tokenizer.maxTokenBytes() + 3), memory);
        }

        private List<String> stopTexts() {
            boolean more = turnEnd != null && turnEnd.text() != null;
            return more ? Stream.concat(sampling.stop().stream(), Stream.of(turnEnd.text())).toList() : sampling.stop();
        }

        void accept(int id) {
            meter.generated();
            listener.onToken(new Token(id, stop.accept(stream.accept(id))));
        }

        void finish() {
            deliverRest(stop.accept(stream.flush()));
            deliverRest(stop.flush());
        }

        private void deliverRest(MemorySegment text) {
            if (text.byteSize() > 0) {
                listener.onToken(new Token(Token.NONE, text));
            }
        }
    }
}
