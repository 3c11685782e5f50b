package dev.lockstep.kernel.internal;

import java.lang.foreign.MemorySegment;

/** Loops that do one thing as fast as this JVM can, to compare kernels with. Stateless and thread-safe; memory is borrowed. */
public interface CeilingLoops {
    /** Ranges of {@link #xor} are multiples of this many bytes. */
    int STEP_BYTES = 512;

    /** Bytes that {@link #fma} writes: the widest vector, and a cache line. */
    int SINK_BYTES = 64;

    /** Vector width in bits; 0 for scalar code. */
    int vectorBits();

    /**
     * Reads bytes {@code from} (inclusive) to {@code to} (exclusive), both multiples of {@value #STEP_BYTES}.
     *
     * @return the exclusive or of all 32-bit words, so that no read can be left out
     */
    int xor(MemorySegment memory, long from, long to);

    /** Multiply-adds in one step of {@link #fma}. */
    int fmasPerStep();

    /**
     * Runs chains of dependent fused multiply-adds in registers, side by side.
     *
     * @param sink {@value #SINK_BYTES} bytes from {@code offset} receive a result, so that no operation can be left out
     */
    void fma(int steps, MemorySegment sink, long offset);
}
