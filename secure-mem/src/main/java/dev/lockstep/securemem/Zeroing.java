package dev.lockstep.securemem;

/**
 * The receipt of a zeroing.
 *
 * @param bytes bytes overwritten with zeros
 * @param nanos time that took, in nanoseconds
 */
public record Zeroing(long bytes, long nanos) {
    /** Nothing was zeroed yet. */
    public static final Zeroing NONE = new Zeroing(0, 0);

    /** The same bytes once more. */
    Zeroing again(Zeroing second) {
        return new Zeroing(Math.max(bytes, second.bytes), nanos + second.nanos);
    }

    /** The sum of two receipts. */
    public Zeroing plus(Zeroing other) {
        return new Zeroing(bytes + other.bytes, nanos + other.nanos);
    }
}
