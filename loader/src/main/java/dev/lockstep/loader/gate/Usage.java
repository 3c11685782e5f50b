package dev.lockstep.loader.gate;

/**
 * What one call of a session did.
 *
 * @param promptTokens that were read
 * @param generatedTokens that were generated
 * @param prefillNanos from the call to the first logits, in ns
 * @param decodeNanos from then to the end, in ns
 * @param outcome how it ended: {@code stop}, {@code length}, {@code cancelled}, {@code failed}
 */
public record Usage(long promptTokens, long generatedTokens, long prefillNanos, long decodeNanos, String outcome) { }
