package dev.lockstep.models;

import dev.lockstep.kernel.KvType;
import java.util.Objects;

/**
 * How to open a session.
 *
 * @param context tokens of prompt and text together, at least 1; {@link #LONGEST} for as many as the model was loaded for
 * @param kvCache how keys and values of past tokens are kept: F16 takes half the memory of F32 and a little of its accuracy,
 *     Q8_0 about half of that again
 */
public record SessionOptions(int context, KvType kvCache) {
    /** As long a context as {@link Model#maxContext()} allows. */
    public static final int LONGEST = Integer.MAX_VALUE;

    public SessionOptions {
        if (context < 1) {
            throw new IllegalArgumentException("context=" + context + " must be at least 1");
        }
        Objects.requireNonNull(kvCache, "kvCache");
    }

    /** The longest context, F16. */
    public static SessionOptions defaults() {
        return new SessionOptions(LONGEST, KvType.F16);
    }

    public SessionOptions withContext(int context) {
        return new SessionOptions(context, kvCache);
    }

    public SessionOptions withKvCache(KvType kvCache) {
        return new SessionOptions(context, kvCache);
    }
}
