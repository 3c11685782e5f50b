package dev.lockstep.loader.gate;

/**
 * What one call of a session did.
 *
 * @param promptTokens that were read
 * @param generatedTokens that were generated
 * @param prefillNanos from the call to the first logits, in ns
 * @param decodeNanos from then to the end, in ns
 * @param outcome how it ended, one of the words below
 */
public record Usage(long promptTokens, long generatedTokens, long prefillNanos, long decodeNanos, String outcome) {
    /** The text came to an end. */
    public static final String STOP = "stop";

    /** All that was asked for was done, or the context was full. */
    public static final String LENGTH = "length";

    public static final String CANCELLED = "cancelled";

    /** It took longer than its caller was ready to wait. */
    public static final String TIMEOUT = "timeout";

    /** The gate did not let it go on. */
    public static final String REFUSED = "refused";

    /** An exception was thrown. */
    public static final String FAILED = "failed";
}
