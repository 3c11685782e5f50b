package dev.lockstep.loader.internal.gguf;

import dev.lockstep.loader.GgufMetadata.FloatType;
import dev.lockstep.loader.GgufMetadata.IntegerType;
import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.StringTable;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.CheckpointHeader;
import dev.lockstep.quant.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The strict GGUF reader, versions 2 and 3, little-endian (ggml-org/ggml, docs/gguf.md). It trusts no number: counts are
 * bounded by what could fit into the file, sizes are computed exactly, tensors must lie one after the other inside of the
 * file. A header that breaks a rule is a {@link ModelFormatException}; memory and time are bounded by the header's size.
 */
public final class GgufReader {
    /** "GGUF" in file order. */
    private static final int MAGIC = 0x46554747;

    private static final int DEFAULT_ALIGNMENT = 32;
    private static final String ALIGNMENT_KEY = "general.alignment";

    /** Key length, one byte of key, type, one byte of value. */
    private static final int MIN_PAIR_BYTES = 8 + 1 + 4 + 1;
    /** Name length, one byte of name, dimension count, one dimension, type, offset. */
    private static final int MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

    private final ByteSource source;
    private final GgufCursor in;

    private GgufReader(ByteSource source) {
        this.source = source;
        this.in = new GgufCursor(source);
    }

    /** True if the bytes begin like a GGUF file. */
    public static boolean matches(ByteSource source) {
        return source.byteSize() >= Integer.BYTES && new GgufCursor(source).i32() == MAGIC;
    }

    /** Parses the header and checks that the tensors it announces lie inside of the file. */
    public static CheckpointHeader read(ByteSource source) {
        return new GgufReader(source).header();
    }

    private CheckpointHeader header() {
        if (in.i32() != MAGIC) {
            throw in.fault("is not a GGUF file (it does not begin with \"GGUF\")");
        }
        int version = version();
        int tensorCount = in.count("tensors", MIN_TENSOR_BYTES, LoadLimits.MAX_TENSORS);
        int pairCount = in.count("metadata entries", MIN_PAIR_BYTES, LoadLimits.MAX_METADATA_ENTRIES);
        Metadata metadata = metadata(pairCount);
        return new CheckpointHeader("GGUF v" + version, metadata, tensors(tensorCount, alignment(metadata)));
    }

    private int version() {
        int version = in.i32();
        if (version != 2 && version != 3) {
            boolean bigEndian = version == 2 << 24 || version == 3 << 24;
            throw in.fault(bigEndian ? "is in big-endian byte order; little-endian is supported"
                    : "is GGUF version " + Integer.toUnsignedString(version) + "; 2 and 3 are supported");
        }
        return version;
    }

    private Metadata metadata(int count) {
        Map<String, Metadata.Value> values = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            in.about("metadata entry " + i);
            String key = in.text("key", LoadLimits.MAX_KEY_BYTES);
            if (key.isEmpty()) {
                throw in.fault("the key is empty");
            }
            in.about(key);
            if (values.containsKey(key)) {
                throw in.fault("this key appears twice");
            }
            values.put(key, value(valueType()));
        }
        in.about("");
        return new Metadata(source.name(), values);
    }

    private GgufValueType valueType() {
        long number = in.u32();
        return GgufValueType.of(number).orElseThrow(() -> in.fault("value type " + number + " does not exist"));
    }

    private Metadata.Value value(GgufValueType type) {
        return switch (type) {
            case UINT8 -> new Metadata.IntegerValue(in.u8(), IntegerType.UINT8);
            case INT8 -> new Metadata.IntegerValue((byte) in.u8(), IntegerType.INT8);
            case UINT16 -> new Metadata.IntegerValue(in.u16(), IntegerType.UINT16);
            case INT16 -> new Metadata.IntegerValue((short) in.u16(), IntegerType.INT16);
            case UINT32 -> new Metadata.IntegerValue(in.u32(), IntegerType.UINT32);
            case INT32 -> new Metadata.IntegerValue(in.i32(), IntegerType.INT32);
            case UINT64 -> unsignedLong(in.i64());
            case INT64 -> new Metadata.IntegerValue(in.i64(), IntegerType.INT64);
            case FLOAT32 -> new Metadata.FloatValue(Float.intBitsToFloat(in.i32()), FloatType.FLOAT32);
            case FLOAT64 -> new Metadata.FloatValue(Double.longBitsToDouble(in.i64()), FloatType.FLOAT64);
            case BOOL -> new Metadata.BooleanValue(bool(in.u8()));
            case STRING -> new Metadata.TextValue(in.text("text", LoadLimits.MAX_TEXT_BYTES));
            case ARRAY -> array();
        };
    }

    private static Metadata.Value unsignedLong(long bits) {
        return bits < 0 ? new Metadata.HugeIntegerValue(bits) : new Metadata.IntegerValue(bits, IntegerType.UINT64);
    }

    private boolean bool(int value) {
        if (value > 1) {
            throw in.fault("a bool is 0 or 1, not " + value);
        }
        return value == 1;
    }

    private Metadata.Value array() {
        GgufValueType elementType = valueType();
        if (elementType == GgufValueType.ARRAY) {
            throw in.fault("arrays of arrays are not supported");
        }
        int count = in.count("elements", elementType.minBytes, Integer.MAX_VALUE);
        return elementType == GgufValueType.STRING
                ? new Metadata.TextListValue(strings(count))
                : new Metadata.NumberListValue(numbers(elementType, count));
    }

    private GgufNumbers numbers(GgufValueType type, int count) {
        byte[] bytes = in.take(new byte[Math.multiplyExact(count, type.minBytes)]);
        if (type == GgufValueType.BOOL) {
            for (byte b : bytes) {
                bool(b & 0xFF);
            }
        }
        return new GgufNumbers(type, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Two passes: the first only measures, so that the second fills arrays of the right size. */
    private StringTable strings(int count) {
        long start = in.offset();
        int[] starts = new int[count + 1];
        for (int i = 0; i < count; i++) {
            int length = in.count("bytes of string", Byte.BYTES, (int) LoadLimits.MAX_HEADER_BYTES);
            starts[i + 1] = starts[i] + length;
            in.skip(length);
        }
        in.rewind(start);
        byte[] bytes = new byte[starts[count]];
        for (int i = 0; i < count; i++) {
            in.skip(Long.BYTES);
            in.take(bytes, starts[i], starts[i + 1] - starts[i]);
            in.requireUtf8(bytes, starts[i], starts[i + 1], "string " + i);
        }
        return new StringTable(bytes, starts);
    }

    private int alignment(Metadata metadata) {
        int alignment = metadata.integer(ALIGNMENT_KEY, 1, (int) LoadLimits.MAX_ALIGNMENT).orElse(DEFAULT_ALIGNMENT);
        if (Integer.bitCount(alignment) != 1) {
            throw metadata.malformed(ALIGNMENT_KEY, alignment + " is not a power of two");
        }
        return alignment;
    }

    /** A tensor as announced: its offset counts from the start of the data section, which is not known yet. */
    private record Announced(String name, DType type, List<Long> shape, long dataOffset, long byteSize, long fieldOffset) { }

    private List<TensorInfo> tensors(int count, int alignment) {
        List<Announced> announced = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            in.about("tensor " + i);
            String name = in.text("tensor name", LoadLimits.MAX_TENSOR_NAME_BYTES);
            if (name.isEmpty()) {
                throw in.fault("the tensor name is empty");
            }
            in.about(name);
            if (!names.add(name)) {
                throw in.fault("there are two tensors of this name");
            }
            announced.add(tensor(name));
        }
        in.about("");
        return place(announced, alignment);
    }

    private Announced tensor(String name) {
        List<Long> shape = shape();
        long typeNumber = in.u32();
        DType type = DType.ofGgmlId((int) typeNumber)
                .orElseThrow(() -> in.fault("tensor type " + typeNumber + " is not known"));
        long byteSize = byteSize(type, shape);
        long dataOffset = in.i64();
        return new Announced(name, type, shape, dataOffset, byteSize, in.offset() - Long.BYTES);
    }

    private List<Long> shape() {
        long dimensions = in.u32();
        if (dimensions < 1 || dimensions > LoadLimits.MAX_DIMENSIONS) {
            throw in.fault("a tensor has 1 to " + LoadLimits.MAX_DIMENSIONS + " dimensions, not " + dimensions);
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            long size = in.i64();
            if (size <= 0) {
                throw in.fault("dimension " + i + " is " + size + "; it must be positive");
            }
            shape.addFirst(size);
        }
        return shape;
    }

    private long byteSize(DType type, List<Long> shape) {
        if (shape.getLast() % type.blockElements() != 0) {
            throw in.fault("rows of " + shape.getLast() + " values are not whole blocks of " + type + " ("
                    + type.blockElements() + " values)");
        }
        try {
            return type.byteSize(shape.stream().reduce(1L, Math::multiplyExact));
        } catch (ArithmeticException overflow) {
            throw in.fault("the size of shape " + shape + " does not fit in 63 bits");
        }
    }

    /** Tensors follow one another, each aligned: no gap to hide data in, no overlap, nothing outside of the file. */
    private List<TensorInfo> place(List<Announced> announced, int alignment) {
        long dataStart = Math.ceilDiv(in.offset(), alignment) * alignment;
        List<TensorInfo> tensors = new ArrayList<>();
        long next = 0;
        for (Announced tensor : announced) {
            if (tensor.dataOffset() != next) {
                throw fault(tensor, "starts at " + Long.toUnsignedString(tensor.dataOffset())
                        + " of the data section; " + next + " is expected, right behind the tensor before it");
            }
            long available = source.byteSize() - dataStart - next;
            if (tensor.byteSize() > available) {
                throw fault(tensor, "takes " + tensor.byteSize() + " bytes, but the file has only "
                        + Math.max(available, 0) + " left for it");
            }
            tensors.add(new TensorInfo(tensor.name(), tensor.type(), tensor.shape(), dataStart + next, tensor.byteSize()));
            next += Math.ceilDiv(tensor.byteSize(), alignment) * alignment;
        }
        requireNothingBehind(dataStart + next);
        return tensors;
    }

    private void requireNothingBehind(long end) {
        if (source.byteSize() > end) {
            throw new ModelFormatException(source.name(), end, "",
                    source.byteSize() - end + " bytes follow the last tensor; they belong to nothing");
        }
    }

    private ModelFormatException fault(Announced tensor, String problem) {
        return new ModelFormatException(source.name(), tensor.fieldOffset(), tensor.name(), problem);
    }
}
