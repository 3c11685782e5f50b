package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/**
 * Exact scalar conversion between the blocks of one type and 32-bit floats. This is the specification of the type: fast
 * kernels are tested against it. Stateless and thread-safe; segments are borrowed; offsets are in bytes and floats are
 * little-endian.
 */
public interface BlockCodec {
    /**
     * Expands {@code blocks} blocks.
     *
     * @param source blocks, {@code blocks * blockBytes} bytes from {@code sourceOffset}
     * @param target float32, {@code blocks * blockElements} values from {@code targetOffset}
     */
    void decode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks);

    /**
     * Quantizes {@code blocks} blocks, bit for bit as the reference quantizer does without importance weights.
     *
     * @param source float32, {@code blocks * blockElements} values from {@code sourceOffset}
     * @param target blocks, {@code blocks * blockBytes} bytes from {@code targetOffset}
     */
    void encode(MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long blocks);
}
