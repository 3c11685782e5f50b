package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.StringData;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The type of a dataset's values.
 *
 * @param stored what it is to the rest
 * @param swapped true if the file has the bytes of a value in reverse order (big-endian)
 */
record ElementType(StoredTensor.Type stored, boolean swapped) {
    /** A layout of floating-point bits, sign first, without gaps, normalized with a hidden one. Sizes in bits. */
    private record FloatLayout(StoredTensor.Type type, int exponentBits, int fractionBits, int bias) {
        boolean matches(FloatingPoint actual) {
            int bits = 1 + exponentBits + fractionBits;
            return actual.getSize() * Byte.SIZE == bits && actual.getBitPrecision() == bits && actual.getBitOffset() == 0
                    && actual.getSignLocation() == bits - 1 && actual.getExponentLocation() == fractionBits
                    && actual.getExponentSize() == exponentBits && actual.getMantissaLocation() == 0
                    && actual.getMantissaSize() == fractionBits && actual.getExponentBias() == bias
                    && actual.getMantissaNormalization() == HIDDEN_ONE;
        }
    }

    private static final int HIDDEN_ONE = 2;

    /** IEEE 754 binary16, binary32 and binary64; the upper half of binary32. */
    private static final List<FloatLayout> FLOATS = List.of(
            new FloatLayout(StoredTensor.Type.F16, 5, 10, 15),
            new FloatLayout(StoredTensor.Type.BF16, 8, 7, 127),
            new FloatLayout(StoredTensor.Type.F32, 8, 23, 127),
            new FloatLayout(StoredTensor.Type.F64, 11, 52, 1023));

    /** What can be read, for messages. */
    static final String SUPPORTED = "float64, float32, float16, bfloat16 and integers of 8 to 64 bits are supported";

    /** Names of HDF5's classes of types by their numbers, for messages. */
    private static final List<String> CLASSES = List.of("integers of an unusual layout", "floats of an unusual layout", "times",
            "fixed-length strings (or opaque bytes)", "bit fields", "opaque bytes", "compounds", "references", "enumerations (or booleans)",
            "variable-length values", "arrays");

    /** What Keras says in an attribute where HDF5 has no type for the values. */
    private static final String BFLOAT16 = "bfloat16";

    /** @param dtype what an attribute says that the values are, if they have a type that says nothing */
    static Optional<ElementType> of(DataType type, Optional<String> dtype) {
        boolean isBfloat16 = type instanceof StringData && type.getSize() == Short.BYTES && dtype.equals(Optional.of(BFLOAT16));
        return isBfloat16 ? Optional.of(new ElementType(StoredTensor.Type.BF16, false)) : of(type);
    }

    static Optional<ElementType> of(DataType type) {
        return switch (type) {
            case FixedPoint integer -> integerType(integer).map(stored -> new ElementType(stored, isSwapped(integer.getByteOrder())));
            case FloatingPoint number -> FLOATS.stream().filter(layout -> layout.matches(number)).findFirst()
                    .map(layout -> new ElementType(layout.type, isSwapped(number.getByteOrder())));
            default -> Optional.empty();
        };
    }

    private static boolean isSwapped(ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN;
    }

    private static Optional<StoredTensor.Type> integerType(FixedPoint type) {
        if (type.getBitOffset() != 0 || type.getBitPrecision() != type.getSize() * Byte.SIZE) {
            return Optional.empty();
        }
        return switch (type.getSize()) {
            case Byte.BYTES -> Optional.of(type.isSigned() ? StoredTensor.Type.I8 : StoredTensor.Type.U8);
            case Short.BYTES -> Optional.of(type.isSigned() ? StoredTensor.Type.I16 : StoredTensor.Type.U16);
            case Integer.BYTES -> Optional.of(type.isSigned() ? StoredTensor.Type.I32 : StoredTensor.Type.U32);
            case Long.BYTES -> Optional.of(type.isSigned() ? StoredTensor.Type.I64 : StoredTensor.Type.U64);
            default -> Optional.empty();
        };
    }

    /** What the values are called, for messages. */
    static String describe(DataType type) {
        int number = type.getDataClass();
        return number < CLASSES.size() ? CLASSES.get(number) : "values of class " + number;
    }
}
