package dev.lockstep.models.internal;

import dev.lockstep.loader.gate.Usage;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Generation.Finish;

/** What one call of a session was to do and has done so far. Of whoever uses the session; costs nothing per token. */
public final class CallMeter {
    private final long promptTokens;
    private final long start = System.nanoTime();
    /** When the first logits were there; until then, 0. */
    private long promptRead;
    private int generated;

    /** Begins now, with tokens that are to be read. */
    public CallMeter(long promptTokens) {
        this.promptTokens = promptTokens;
    }

    /** In ns. */
    long elapsedNanos() {
        return System.nanoTime() - start;
    }

    /** The prompt went through the layers. */
    public void promptRead() {
        promptRead = System.nanoTime();
    }

    /** One more token was generated. */
    public void generated() {
        generated++;
    }

    int generatedTokens() {
        return generated;
    }

    Generation generation(Finish finish) {
        return new Generation((int) promptTokens, generated, finish, promptRead - start, System.nanoTime() - promptRead);
    }

    /** What was done by now; of a prompt that was not read to its end, none counts. */
    public Usage usage(String outcome) {
        long now = System.nanoTime();
        boolean read = promptRead != 0;
        return new Usage(read ? promptTokens : 0, generated, (read ? promptRead : now) - start, read ? now - promptRead : 0, outcome);
    }
}
