package dev.lockstep.kernel.internal.vector;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.lockstep.kernel.KernelSelection;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shapes of this JVM, fixed once so that C2 sees constants. {@link #FLOATS} has {@link #LANES} lanes; the narrower
 * species hold at least as many bytes or shorts as that, so that a conversion of part 0 fills one float vector.
 */
final class Species {
    static final ByteOrder ORDER = LITTLE_ENDIAN;

    private static final int BITS = KernelSelection.current().vectorBits();

    static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128.withShape(FLOATS.vectorShape());
    static final VectorSpecies<Short> SHORTS = BITS == 512 ? ShortVector.SPECIES_256
            : BITS == 256 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;
    /** At 128 bits this is 8 lanes where 4 are wanted: there is no 32-bit vector, so the upper half is loaded and ignored. */
    static final VectorSpecies<Byte> BYTES = BITS == 512 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    static final int LANES = FLOATS.length();

    /** Bytes of one float vector. */
    static final int FLOAT_BYTES = FLOATS.vectorByteSize();

    /** Accumulators per row group: four independent sums hide the latency of fused multiply-add. */
    static final int ACCUMULATORS = 4;

    /** Rows of a panel: one lane each. */
    static final int PANEL_ROWS = ACCUMULATORS * LANES;

    private Species() {
    }

    static FloatVector zero() {
        return FloatVector.zero(FLOATS);
    }
}
