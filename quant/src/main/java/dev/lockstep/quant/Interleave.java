package dev.lockstep.quant;

import java.util.List;

/**
 * How the rows of a panel are woven: a block is cut into units, and each unit of all rows is laid side by side before the
 * next. Q8_0 is one unit of 2 bytes (the scale) and 32 units of 1 byte.
 *
 * @param runs the block from its first byte to its last
 */
public record Interleave(List<Run> runs) {
    /** {@code count} consecutive units of {@code unitBytes} bytes each. */
    public record Run(int unitBytes, int count) {
        /** Bytes of the run in one row. */
        public long bytes() {
            return (long) unitBytes * count;
        }
    }

    public Interleave {
        runs = List.copyOf(runs);
    }

    /** Blocks that are one value of {@code unitBytes} bytes. */
    static Interleave ofValues(int unitBytes) {
        return new Interleave(List.of(new Run(unitBytes, 1)));
    }

    /** Blocks that are a 2-byte scale and {@code quantBytes} single bytes. */
    static Interleave ofScaleAndBytes(int quantBytes) {
        return new Interleave(List.of(new Run(2, 1), new Run(1, quantBytes)));
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return Math.toIntExact(runs.stream().mapToLong(Run::bytes).sum());
    }
}
