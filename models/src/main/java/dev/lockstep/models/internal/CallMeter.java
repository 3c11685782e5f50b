package dev.lockstep.models.internal;

import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import dev.lockstep.models.Generation;
import dev.lockstep.models.Generation.Finish;
import dev.lockstep.securemem.Closing;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/** What one call of a session was to do and has done so far. Of whoever uses the session; costs nothing per token. */
public final class CallMeter {
    private final long promptTokens;
    private final long start = System.nanoTime();
    /** When the first logits were there; until then, 0. */
    private long promptRead;
    private int generated;

    /** Begins now, with tokens that are to be read. */
    private CallMeter(long promptTokens) {
        this.promptTokens = promptTokens;
    }

    /**
     * Does what the gate has let through, and tells the gate how it ended, on every path.
     *
     * @param outcomeOf how the operation ended if it threw nothing, one of the words of {@link Usage}
     */
    public static <T> T metered(SessionGate gate, long promptTokens, Function<CallMeter, T> operation, Function<T, String> outcomeOf) {
        var meter = new CallMeter(promptTokens);
        T result;
        try {
            result = operation.apply(meter);
        } catch (Throwable t) {
            Closing.after(t, () -> gate.generated(meter.usage(outcome(t))));
            throw t;
        }
        gate.generated(meter.usage(outcomeOf.apply(result)));
        return result;
    }

    private static String outcome(Throwable t) {
        return switch (t) {
            case CancellationException _ -> Usage.CANCELLED;
            case RefusedException _ -> Usage.REFUSED;
            default -> Usage.FAILED;
        };
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
    private Usage usage(String outcome) {
        long now = System.nanoTime();
        boolean read = promptRead != 0;
        return new Usage(read ? promptTokens : 0, generated, (read ? promptRead : now) - start, read ? now - promptRead : 0, outcome);
    }
}
