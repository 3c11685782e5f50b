package dev.lockstep.loader;

import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.GgufMetadata.IntegerType;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The key/value part of a checkpoint, typed and with fail-fast access: a value of another type or outside of the asked range
 * is a {@link ModelFormatException} that names the key. Immutable.
 */
public final class Metadata {
    /** A value as the file states it. */
    public sealed interface Value {
        /** What to call the type in messages. */
        String typeName();
    }

    /**
     * An integer that fits into 63 bits and a sign.
     *
     * @param type how GGUF stores it; only who writes files asks
     */
    public record IntegerValue(long value, IntegerType type) implements Value {
        /** Of the type that most settings are, UINT32, or of a larger one if it must be. */
        public IntegerValue(long value) {
            this(value, IntegerType.usual(value));
        }

        @Override
        public String typeName() {
            return "integer";
        }
    }

    /** An unsigned integer above {@code Long.MAX_VALUE}: kept for display, no setting of a model is that large. */
    public record HugeIntegerValue(long bits) implements Value {
        @Override
        public String typeName() {
            return "integer above 2^63";
        }
    }

    /**
     * A floating-point number.
     *
     * @param type how GGUF stores it; only who writes files asks
     */
    public record FloatValue(double value, FloatType type) implements Value {
        /** Of the type that most settings are, FLOAT32. */
        public FloatValue(double value) {
            this(value, FloatType.FLOAT32);
        }

        @Override
        public String typeName() {
            return "float";
        }
    }

    /** A truth value. */
    public record BooleanValue(boolean value) implements Value {
        @Override
        public String typeName() {
            return "bool";
        }
    }

    /** A text. */
    public record TextValue(String value) implements Value {
        @Override
        public String typeName() {
            return "string";
        }
    }

    /** A list of texts. */
    public record TextListValue(StringTable value) implements Value {
        @Override
        public String typeName() {
            return "array of strings";
        }
    }

    /** A list of numbers or truth values, read through accessors so that no boxed copy is made. */
    public interface NumberList {
        int size();

        /** Element as an integer; a float element is cut. */
        long integerAt(int index);

        double floatAt(int index);

        boolean isInteger();
    }

    /** A list of numbers. */
    public record NumberListValue(NumberList value) implements Value {
        /** The integers of an array, which is taken over. */
        public static NumberListValue of(int[] integers) {
            return new NumberListValue(new Integers(integers));
        }

        /** The numbers of an array, which is taken over. */
        public static NumberListValue of(float[] numbers) {
            return new NumberListValue(new Floats(numbers));
        }

        @Override
        public String typeName() {
            return value.isInteger() ? "array of integers" : "array of floats";
        }
    }

    private record Integers(int[] elements) implements NumberList {
        @Override
        public int size() {
            return elements.length;
        }

        @Override
        public long integerAt(int index) {
            return elements[index];
        }

        @Override
        public double floatAt(int index) {
            return elements[index];
        }

        @Override
        public boolean isInteger() {
            return true;
        }
    }

    private record Floats(float[] elements) implements NumberList {
        @Override
        public int size() {
            return elements.length;
        }

        @Override
        public long integerAt(int index) {
            return (long) elements[index];
        }

        @Override
        public double floatAt(int index) {
            return elements[index];
        }

        @Override
        public boolean isInteger() {
            return false;
        }
    }

    private final String file;
    private final Map<String, Value> values;
    private final Map<String, String> origins;

    /** Takes the map over; {@code file} is for messages. */
    public Metadata(String file, Map<String, Value> values) {
        this(file, values, Map.of());
    }

    /** The same for keys that another format calls otherwise: {@code origins} says where they are from, for messages. */
    public Metadata(String file, Map<String, Value> values, Map<String, String> origins) {
        this.origins = Map.copyOf(origins);
        this.file = file;
        this.values = Collections.unmodifiableMap(values);
    }

    /** Name of the file, for messages. */
    public String file() {
        return file;
    }

    /** All keys, in file order. */
    public Set<String> keys() {
        return values.keySet();
    }

    public Optional<Value> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The text under a key. */
    public Optional<String> text(String key) {
        return as(key, TextValue.class, "string").map(TextValue::value);
    }

    /** The text under a key that must be there. */
    public String requireText(String key) {
        return text(key).orElseThrow(() -> missing(key));
    }

    /** The truth value under a key; some converters write 0 and 1. */
    public Optional<Boolean> bool(String key) {
        return values.get(key) instanceof IntegerValue(long value, _) && (value == 0 || value == 1)
                ? Optional.of(value == 1)
                : as(key, BooleanValue.class, "bool").map(BooleanValue::value);
    }

    /** The integer under a key, whatever its value. */
    public Optional<Long> integer(String key) {
        return as(key, IntegerValue.class, "integer").map(IntegerValue::value);
    }

    /** The integer under a key, which must lie in {@code min..max} if it is there. */
    public Optional<Integer> integer(String key, int min, int max) {
        return integer(key).map(value -> inRange(key, value, min, max));
    }

    /** The integer under a key that must be there and lie in {@code min..max}. */
    public int requireInteger(String key, int min, int max) {
        return integer(key, min, max).orElseThrow(() -> missing(key));
    }

    /** The finite number under a key; an integer counts as one. */
    public Optional<Float> number(String key) {
        Value value = values.get(key);
        return switch (value) {
            case null -> Optional.empty();
            case IntegerValue integer -> Optional.of((float) integer.value());
            case FloatValue number when Float.isFinite((float) number.value()) -> Optional.of((float) number.value());
            case FloatValue number -> throw malformed(key, number.value() + " is not a finite number");
            default -> throw wrongType(key, value, "float");
        };
    }

    /** The finite number under a key that must be there. */
    public float requireNumber(String key) {
        return number(key).orElseThrow(() -> missing(key));
    }

    public Optional<StringTable> texts(String key) {
        return as(key, TextListValue.class, "array of strings").map(TextListValue::value);
    }

    /** The floats under a key, as a fresh array. */
    public Optional<float[]> floats(String key) {
        return as(key, NumberListValue.class, "array of floats").map(NumberListValue::value).map(list -> {
            float[] copy = new float[list.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = (float) list.floatAt(i);
            }
            return copy;
        });
    }

    /** The integers under a key, as a fresh array; each must fit in 32 bits. */
    public Optional<int[]> integers(String key) {
        return as(key, NumberListValue.class, "array of integers").map(NumberListValue::value).map(list -> {
            if (!list.isInteger()) {
                throw malformed(key, "is an array of floats where an array of integers is expected");
            }
            int[] copy = new int[list.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = inRange(key, list.integerAt(i), Integer.MIN_VALUE, Integer.MAX_VALUE);
            }
            return copy;
        });
    }

    private int inRange(String key, long value, int min, int max) {
        if (value < min || value > max) {
            throw malformed(key, value + " is outside of " + min + ".." + max);
        }
        return (int) value;
    }

    private <V extends Value> Optional<V> as(String key, Class<V> type, String expected) {
        Value value = values.get(key);
        if (value != null && !type.isInstance(value)) {
            throw wrongType(key, value, expected);
        }
        return Optional.ofNullable(type.cast(value));
    }

    private ModelFormatException wrongType(String key, Value value, String expected) {
        return malformed(key, "is of type " + value.typeName() + ", expected " + expected);
    }

    private ModelFormatException missing(String key) {
        return malformed(key, "is missing");
    }

    /** A fault of one key, for callers that check more than types and ranges. */
    public ModelFormatException malformed(String key, String problem) {
        String origin = origins.get(key);
        return new ModelFormatException(file, ModelFormatException.NO_OFFSET, origin == null ? key : key + " (" + origin + ')', problem);
    }
}
