package dev.lockstep.loader;

import dev.lockstep.loader.internal.gguf.GgufNumbers;
import dev.lockstep.loader.internal.gguf.GgufOutput;
import dev.lockstep.loader.internal.gguf.GgufValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Key/value pairs for a GGUF file that is to be written, in the order in which they are added. The file states the type of
 * every number and readers insist on it, so each is added with its type. Mutable; one thread at a time.
 *
 * <p>What {@link LoadLimits} would refuse to read back, or GGUF cannot express, is an {@link IllegalArgumentException}: an
 * empty or repeated key, a key or text that is too long, a value outside of its type. {@value #ALIGNMENT_KEY} belongs to
 * {@link GgufWriter}.
 */
public final class GgufMetadata {
    static final String ALIGNMENT_KEY = "general.alignment";

    /** The integers of GGUF. */
    public enum IntegerType {
        UINT8(GgufValueType.UINT8, 0, (1L << 8) - 1),
        INT8(GgufValueType.INT8, Byte.MIN_VALUE, Byte.MAX_VALUE),
        UINT16(GgufValueType.UINT16, 0, (1L << 16) - 1),
        INT16(GgufValueType.INT16, Short.MIN_VALUE, Short.MAX_VALUE),
        UINT32(GgufValueType.UINT32, 0, (1L << 32) - 1),
        INT32(GgufValueType.INT32, Integer.MIN_VALUE, Integer.MAX_VALUE),
        /** All 64 bits are taken as they are: a negative long is an integer above 2<sup>63</sup>. */
        UINT64(GgufValueType.UINT64, Long.MIN_VALUE, Long.MAX_VALUE),
        INT64(GgufValueType.INT64, Long.MIN_VALUE, Long.MAX_VALUE);

        private final GgufValueType type;
        private final long min;
        private final long max;

        IntegerType(GgufValueType type, long min, long max) {
            this.type = type;
            this.min = min;
            this.max = max;
        }

        /** What converters use for a setting: UINT32, or what is large enough. */
        static IntegerType usual(long value) {
            if (value >= 0) {
                return value <= UINT32.max ? UINT32 : UINT64;
            }
            return value >= INT32.min ? INT32 : INT64;
        }

        private void require(String key, long value) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(key + "=" + value + " is outside of " + this + ": " + min + ".." + max);
            }
        }

        private void write(GgufOutput out, long value) throws IOException {
            switch (this) {
                case UINT8, INT8 -> out.i8(value);
                case UINT16, INT16 -> out.i16(value);
                case UINT32, INT32 -> out.i32(value);
                case UINT64, INT64 -> out.i64(value);
            }
        }
    }

    /** The floating-point numbers of GGUF. */
    public enum FloatType {
        FLOAT32(GgufValueType.FLOAT32),
        FLOAT64(GgufValueType.FLOAT64);

        private final GgufValueType type;

        FloatType(GgufValueType type) {
            this.type = type;
        }

        private void write(GgufOutput out, double value) throws IOException {
            if (this == FLOAT32) {
                out.f32(value);
            } else {
                out.f64(value);
            }
        }
    }

    /** What follows a key: the type and the value. */
    @FunctionalInterface
    private interface Field {
        void write(GgufOutput out) throws IOException;
    }

    private final Map<String, Field> fields = new LinkedHashMap<>();

    /** No pairs yet. */
    public GgufMetadata() {
    }

    /** An integer of any type. */
    public GgufMetadata integer(String key, IntegerType type, long value) {
        type.require(key, value);
        return add(key, out -> {
            out.type(type.type);
            type.write(out, value);
        });
    }

    /** The integer that most settings are: UINT32. */
    public GgufMetadata uint32(String key, long value) {
        return integer(key, IntegerType.UINT32, value);
    }

    /** A floating-point number of any type; FLOAT32 rounds it. */
    public GgufMetadata number(String key, FloatType type, double value) {
        return add(key, out -> {
            out.type(type.type);
            type.write(out, value);
        });
    }

    /** The floating-point number that most settings are: FLOAT32. */
    public GgufMetadata float32(String key, double value) {
        return number(key, FloatType.FLOAT32, value);
    }

    public GgufMetadata bool(String key, boolean value) {
        return add(key, out -> {
            out.type(GgufValueType.BOOL);
            out.i8(value ? 1 : 0);
        });
    }

    public GgufMetadata text(String key, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > LoadLimits.MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(key + " has " + utf8.length + " bytes, the limit is " + LoadLimits.MAX_TEXT_BYTES);
        }
        return add(key, out -> {
            out.type(GgufValueType.STRING);
            out.text(utf8);
        });
    }

    /** An array of integers of one type; borrowed until the file is written. */
    public GgufMetadata integers(String key, IntegerType type, long... values) {
        for (long value : values) {
            type.require(key, value);
        }
        return add(key, out -> {
            array(out, type.type, values.length);
            for (long value : values) {
                type.write(out, value);
            }
        });
    }

    /** An array of floating-point numbers of one type; borrowed until the file is written. */
    public GgufMetadata numbers(String key, FloatType type, double... values) {
        return add(key, out -> {
            array(out, type.type, values.length);
            for (double value : values) {
                type.write(out, value);
            }
        });
    }

    /** An array of truth values; borrowed until the file is written. */
    public GgufMetadata bools(String key, boolean... values) {
        return add(key, out -> {
            array(out, GgufValueType.BOOL, values.length);
            for (boolean value : values) {
                out.i8(value ? 1 : 0);
            }
        });
    }

    /** An array of texts, such as a vocabulary. */
    public GgufMetadata texts(String key, StringTable values) {
        return add(key, out -> {
            array(out, GgufValueType.STRING, values.size());
            for (int i = 0; i < values.size(); i++) {
                out.text(values.bytes(i));
            }
        });
    }

    private static void array(GgufOutput out, GgufValueType elements, long count) throws IOException {
        out.type(GgufValueType.ARRAY);
        out.type(elements);
        out.i64(count);
    }

    /**
     * A value as another file states it, of the same type; borrowed until the file is written. Lists that no GGUF file holds become
     * lists of INT32, or INT64 if they must, and FLOAT32.
     */
    public GgufMetadata value(String key, Metadata.Value value) {
        return switch (value) {
            case Metadata.IntegerValue integer -> integer(key, integer.type(), integer.value());
            case Metadata.HugeIntegerValue huge -> integer(key, IntegerType.UINT64, huge.bits());
            case Metadata.FloatValue number -> number(key, number.type(), number.value());
            case Metadata.BooleanValue truth -> bool(key, truth.value());
            case Metadata.TextValue text -> text(key, text.value());
            case Metadata.TextListValue list -> texts(key, list.value());
            case Metadata.NumberListValue(GgufNumbers numbers) -> add(key, numbers::write);
            case Metadata.NumberListValue(var list) when list.isInteger() -> integers(key, list);
            case Metadata.NumberListValue(var list) -> add(key, out -> {
                array(out, GgufValueType.FLOAT32, list.size());
                for (int i = 0; i < list.size(); i++) {
                    out.f32(list.floatAt(i));
                }
            });
        };
    }

    private GgufMetadata integers(String key, Metadata.NumberList list) {
        long[] values = IntStream.range(0, list.size()).mapToLong(list::integerAt).toArray();
        boolean fits = Arrays.stream(values).allMatch(value -> value == (int) value);
        return integers(key, fits ? IntegerType.INT32 : IntegerType.INT64, values);
    }

    private GgufMetadata add(String key, Field field) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LoadLimits.MAX_KEY_BYTES) {
            throw new IllegalArgumentException("a key has 1 to " + LoadLimits.MAX_KEY_BYTES + " bytes, not " + length);
        }
        if (key.equals(ALIGNMENT_KEY)) {
            throw new IllegalArgumentException(ALIGNMENT_KEY + " is not a setting: files are always written with "
                    + GgufWriter.ALIGNMENT);
        }
        if (fields.putIfAbsent(key, field) != null) {
            throw new IllegalArgumentException(key + " is there already");
        }
        return this;
    }

    /** Number of pairs. */
    public int size() {
        return fields.size();
    }

    void write(GgufOutput out) throws IOException {
        for (Map.Entry<String, Field> pair : fields.entrySet()) {
            out.text(pair.getKey());
            pair.getValue().write(out);
        }
    }
}
