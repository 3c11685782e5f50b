package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FEW_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;
import static dev.lockstep.kernel.internal.vector.Species.SHORTS;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Loads and splits. Each is so small that C2 always inlines it; a vector that left its method otherwise would be boxed. */
final class Lanes {
    /** 2^112: what is missing between a half's exponent bias (15) and a float's (127). */
    private static final float HALF_EXPONENT_GAP = 0x1p112f;
    /** Sign, and exponent and fraction of a half at the places of a float's. */
    private static final int HALF_BITS = 0x8FFF_E000;
    private static final int LOWEST_EXPONENT = 0x0080_0000;
    private static final int EXPONENT_OVERFLOW = 0x1000_0000;

    private Lanes() {
    }

    static FloatVector floats(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
    }

    static IntVector ints(MemorySegment memory, long at) {
        return IntVector.fromMemorySegment(INTS, memory, at, ORDER);
    }

    static ShortVector shorts(MemorySegment memory, long at) {
        return ShortVector.fromMemorySegment(SHORTS, memory, at, ORDER);
    }

    /** One float in all lanes; as an int, because a float from unaligned memory would take a detour through a general register. */
    static FloatVector broadcastFloat(MemorySegment memory, long at) {
        return IntVector.broadcast(INTS, memory.get(LittleEndian.INT, at)).reinterpretAsFloats();
    }

    /** Consecutive signed bytes, as floats. */
    static FloatVector signedBytes(MemorySegment memory, long at) {
        return (FloatVector) ByteVector.fromMemorySegment(FEW_BYTES, memory, at, ORDER)
                .convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    /** An int whose halves are the same short, in all lanes: broadcasts of 16-bit memory are slower. */
    static ShortVector broadcastPair(MemorySegment memory, long at) {
        return IntVector.broadcast(INTS, memory.get(LittleEndian.INT, at)).reinterpretAsShorts();
    }

    /** Int to float, rounded to nearest. */
    static FloatVector toFloats(IntVector ints) {
        return (FloatVector) ints.convert(VectorOperators.I2F, 0);
    }

    /** The lower halves of the lanes, sign-extended. */
    static IntVector lower(IntVector pairs) {
        return upper(pairs.lanewise(VectorOperators.LSHL, 16));
    }

    /** The upper halves of the lanes, sign-extended. */
    static IntVector upper(IntVector pairs) {
        return pairs.lanewise(VectorOperators.ASHR, 16);
    }

    /** Signed byte {@code index} of each lane; 0 is the lowest. */
    static IntVector signedByte(IntVector quadruples, int index) {
        return quadruples.lanewise(VectorOperators.LSHL, 24 - 8 * index).lanewise(VectorOperators.ASHR, 24);
    }

    /** Byte {@code index} of each lane, 0…255. */
    static IntVector unsignedByte(IntVector quadruples, int index) {
        return quadruples.lanewise(VectorOperators.LSHR, 8 * index).and(0xFF);
    }

    /**
     * Half precision in the upper 16 bits of each lane, to float, exactly; the lower bits are ignored.
     *
     * <p>Exponent and fraction are moved to a float's place; multiplying by 2^112 repairs the bias and normalizes subnormals in
     * one go. Only infinities and NaN need the exponent filled up: adding one to their exponent carries into bit 28, and
     * 2^31 − 2^23 is a float's exponent of all ones.
     */
    static FloatVector upperHalf(IntVector halves) {
        IntVector bits = halves.lanewise(VectorOperators.ASHR, 3).and(HALF_BITS);
        IntVector special = bits.add(LOWEST_EXPONENT).and(EXPONENT_OVERFLOW);
        IntVector fill = special.lanewise(VectorOperators.LSHL, 3).sub(special.lanewise(VectorOperators.LSHR, 5));
        return bits.reinterpretAsFloats().mul(HALF_EXPONENT_GAP).reinterpretAsInts().or(fill).reinterpretAsFloats();
    }

    /** Half precision in the lower 16 bits of each lane, to float, exactly. */
    static FloatVector lowerHalf(IntVector halves) {
        return upperHalf(halves.lanewise(VectorOperators.LSHL, 16));
    }
}
