package dev.lockstep.models;

import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.gate.ModelGate;
import java.util.Objects;
import java.util.Optional;

/**
 * How to open a session.
 *
 * @param context tokens of prompt and text together, at least 1; {@link #LONGEST} for as many as the model was loaded for
 * @param kvCache how keys and values of past tokens are kept: F16 takes half the memory of F32 and a little of its accuracy,
 *     Q8_0 about half of that again
 * @param gate who is asked about what the session does, where it is for somebody else than the model was opened for; without, the model's own
 */
public record SessionOptions(int context, KvType kvCache, Optional<ModelGate> gate) {
    /** As long a context as {@link Model#maxContext()} allows. */
    public static final int LONGEST = Integer.MAX_VALUE;

    public SessionOptions {
        if (context < 1) {
            throw new IllegalArgumentException("context=" + context + " must be at least 1");
        }
        Objects.requireNonNull(kvCache, "kvCache");
        Objects.requireNonNull(gate, "gate");
    }

    /** The longest context, F16, behind the model's gate. */
    public static SessionOptions defaults() {
        return new SessionOptions(LONGEST, KvType.F16, Optional.empty());
    }

    public SessionOptions withContext(int context) {
        return new SessionOptions(context, kvCache, gate);
    }

    public SessionOptions withKvCache(KvType kvCache) {
        return new SessionOptions(context, kvCache, gate);
    }

    /** The same behind a gate of its own. */
    public SessionOptions withGate(ModelGate asked) {
        return new SessionOptions(context, kvCache, Optional.of(asked));
    }
}
