package dev.lockstep.kernel.internal.vector;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.lockstep.kernel.KernelSelection;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this JVM, fixed once so that C2 sees constants. Narrow weights are never converted to wider lanes: panels
 * are woven so that shifts within 32-bit lanes split them, see {@link dev.lockstep.quant.PanelLayout}.
 */
final class Species {
    static final ByteOrder ORDER = LITTLE_ENDIAN;

    private static final VectorShape SHAPE = VectorShape.forBitSize(KernelSelection.current().vectorBits());

    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128.withShape(SHAPE);

    static final VectorSpecies<Long> LONGS = LongVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_128.withShape(SHAPE);

    /**
     * As many bytes as a vector has floats, for what is not woven into panels. At 128 bits there are 8 where 4 are wanted: there
     * is no 32-bit vector, so the upper half is loaded and ignored.
     */
    static final VectorSpecies<Byte> FEW_BYTES = ByteVector.SPECIES_128.withShape(
            VectorShape.forBitSize(Math.max(64, SHAPE.vectorBitSize() / 4)));

    /** Floats in a vector. */
    static final int LANES = FLOATS.length();

    /** Bytes of a vector. */
    static final int VECTOR_BYTES = SHAPE.vectorBitSize() / Byte.SIZE;

    /** Rows of a panel: a vector of bytes, two of shorts, four of floats. */
    static final int PANEL_ROWS = 4 * LANES;

    private Species() {
    }

    static FloatVector zero() {
        return FloatVector.zero(FLOATS);
    }
}
