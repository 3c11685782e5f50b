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
    /** 2^112: what is missing between a half's exponent bias (15) and a float's (127). */
    private static final float HALF_TO_FLOAT_SCALE = 0x1p112f;

    private static final int HALF_MAGNITUDE = 0x7FFF;
    private static final int HALF_INFINITY = 0x7C00;
    private static final int HALF_SIGN = 0x8000;
    private static final int FLOAT_INFINITY = 0x7F80_0000;

    private Convert() {
    }

    /**
     * Half precision, including subnormals, infinities and NaN. A half's exponent and fraction are moved to a float's
     * place; multiplying by 2^112 repairs the bias and normalizes subnormals in one go. Only infinities and NaN need the
     * exponent set by hand.
     */
    static FloatVector halves(MemorySegment memory, long offset) {
        IntVector half = (IntVector) ShortVector.fromMemorySegment(SHORTS, memory, offset, ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        IntVector magnitude = half.and(HALF_MAGNITUDE);
        FloatVector scaled = magnitude.lanewise(VectorOperators.LSHL, 13).reinterpretAsFloats().mul(HALF_TO_FLOAT_SCALE);
        IntVector bits = scaled.reinterpretAsInts()
                .lanewise(VectorOperators.OR, FLOAT_INFINITY, magnitude.compare(VectorOperators.GE, HALF_INFINITY));
        return bits.or(half.and(HALF_SIGN).lanewise(VectorOperators.LSHL, 16)).reinterpretAsFloats();
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
