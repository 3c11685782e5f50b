package dev.lockstep.tests.fuzz;

import dev.lockstep.quant.DType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Writes small GGUF v3 files (ggml-org/ggml, docs/gguf.md) and remembers where every number of the header lies. */
final class GgufBuilder {
    private static final int UINT8 = 0;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private static final int ALIGNMENT = 32;

    private record Pair(String key, int type, Runnable value) { }

    private record Tensor(String name, DType type, long[] shape) {
        long byteSize() {
            return type.byteSize(LongStream.of(shape).reduce(1, Math::multiplyExact));
        }
    }

    private final List<Pair> pairs = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<GgufImage.Field> fields = new ArrayList<>();

    GgufBuilder text(String key, String value) {
        return pair(key, STRING, () -> text(value));
    }

    GgufBuilder uint32(String key, long value) {
        return pair(key, UINT32, () -> number(value, Integer.BYTES));
    }

    GgufBuilder float32(String key, float value) {
        return pair(key, FLOAT32, () -> number(Float.floatToRawIntBits(value), Integer.BYTES));
    }

    GgufBuilder bool(String key, boolean value) {
        return pair(key, BOOL, () -> number(value ? 1 : 0, Byte.BYTES));
    }

    GgufBuilder texts(String key, List<String> values) {
        return pair(key, ARRAY, () -> {
            array(STRING, values.size());
            values.forEach(this::text);
        });
    }

    GgufBuilder int32s(String key, List<Integer> values) {
        return pair(key, ARRAY, () -> {
            array(INT32, values.size());
            values.forEach(value -> number(value, Integer.BYTES));
        });
    }

    GgufBuilder float32s(String key, List<Float> values) {
        return pair(key, ARRAY, () -> {
            array(FLOAT32, values.size());
            values.forEach(value -> number(Float.floatToRawIntBits(value), Integer.BYTES));
        });
    }

    /** {@code count} zeros of one byte each: the array that takes the least room in the file. */
    GgufBuilder uint8Zeros(String key, int count) {
        return pair(key, ARRAY, () -> {
            array(UINT8, count);
            out.writeBytes(new byte[count]);
        });
    }

    private GgufBuilder pair(String key, int type, Runnable value) {
        pairs.add(new Pair(key, type, value));
        return this;
    }

    /** A tensor of zeros; {@code shape} has the slowest dimension first. */
    GgufBuilder tensor(String name, DType type, long... shape) {
        tensors.add(new Tensor(name, type, shape));
        return this;
    }

    /** Writes the file; once. */
    GgufImage build() {
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        number(3, Integer.BYTES);
        number(tensors.size(), Long.BYTES);
        number(pairs.size(), Long.BYTES);
        for (Pair pair : pairs) {
            text(pair.key());
            number(pair.type(), Integer.BYTES);
            pair.value().run();
        }
        long dataOffset = 0;
        for (Tensor tensor : tensors) {
            announce(tensor, dataOffset);
            dataOffset += Math.ceilDiv(tensor.byteSize(), ALIGNMENT) * ALIGNMENT;
        }
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
        out.writeBytes(new byte[Math.toIntExact(dataOffset)]);
        return new GgufImage(out.toByteArray(), fields);
    }

    private void announce(Tensor tensor, long dataOffset) {
        text(tensor.name());
        number(tensor.shape().length, Integer.BYTES);
        for (int i = tensor.shape().length - 1; i >= 0; i--) {
            number(tensor.shape()[i], Long.BYTES);
        }
        number(tensor.type().ggmlId(), Integer.BYTES);
        number(dataOffset, Long.BYTES);
    }

    private void array(int elementType, int count) {
        number(elementType, Integer.BYTES);
        number(count, Long.BYTES);
    }

    private void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        number(utf8.length, Long.BYTES);
        out.writeBytes(utf8);
    }

    private void number(long value, int width) {
        fields.add(new GgufImage.Field(out.size(), width));
        for (int i = 0; i < width; i++) {
            out.write((int) (value >> 8 * i));
        }
    }
}
