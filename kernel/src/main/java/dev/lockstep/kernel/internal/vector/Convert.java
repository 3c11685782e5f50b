package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.BYTES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Narrow values from memory to one vector of floats, exactly. Small enough that C2 inlines each into its kernel. */
final class Convert {
    private Convert() {
    }

    /** BF16: the upper half of a float. */
    static FloatVector bfloats(MemorySegment memory, long offset) {
        IntVector upper = (IntVector) ShortVector.fromMemorySegment(SHORTS, memory, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        return upper.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /** Signed bytes. */
    static FloatVector signedBytes(MemorySegment memory, long offset) {
        return (FloatVector) ByteVector.fromMemorySegment(BYTES, memory, offset, ORDER)
                .convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    /** Bytes 0…255, as ints: two nibbles each. */
    static IntVector unsignedBytes(MemorySegment memory, long offset) {
        return (IntVector) ByteVector.fromMemorySegment(BYTES, memory, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
    }

    /** The low nibble of each lane, less 8. */
    static FloatVector lowNibbles(IntVector pairs) {
        return (FloatVector) pairs.and(0xF).sub(8).convertShape(VectorOperators.I2F, FLOATS, 0);
    }

    /** The high nibble of each lane, less 8. */
    static FloatVector highNibbles(IntVector pairs) {
        return (FloatVector) pairs.lanewise(VectorOperators.LSHR, 4).sub(8).convertShape(VectorOperators.I2F, FLOATS, 0);
    }
}
