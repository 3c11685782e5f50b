package dev.lockstep.loader.internal.translate;

import static dev.lockstep.quant.LittleEndian.BYTE;
import static dev.lockstep.quant.LittleEndian.DOUBLE;
import static dev.lockstep.quant.LittleEndian.FLOAT;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tensor that no file holds.
 *
 * @param discards how often it was discarded
 */
public record MemoryTensor(String name, Type type, List<Long> shape, MemorySegment values, AtomicInteger discards) implements StoredTensor {
    private static MemoryTensor of(Type type, List<Long> shape) {
        long bytes = shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
        return new MemoryTensor(type + " " + shape, type, shape, Arena.ofAuto().allocate(bytes), new AtomicInteger());
    }

    public static MemoryTensor floats(List<Long> shape, float... values) {
        MemoryTensor tensor = of(Type.F32, shape);
        for (int i = 0; i < values.length; i++) {
            tensor.values.set(FLOAT, (long) i * Float.BYTES, values[i]);
        }
        return tensor;
    }

    public static MemoryTensor doubles(List<Long> shape, double... values) {
        MemoryTensor tensor = of(Type.F64, shape);
        for (int i = 0; i < values.length; i++) {
            tensor.values.set(DOUBLE, (long) i * Double.BYTES, values[i]);
        }
        return tensor;
    }

    public static MemoryTensor bytes(Type type, List<Long> shape, int... values) {
        MemoryTensor tensor = of(type, shape);
        for (int i = 0; i < values.length; i++) {
            tensor.values.set(BYTE, i, (byte) values[i]);
        }
        return tensor;
    }

    @Override
    public String file() {
        return "memory";
    }

    @Override
    public long byteSize() {
        return values.byteSize();
    }

    @Override
    public void read(long from, MemorySegment dst) {
        MemorySegment.copy(values, from, dst, 0, dst.byteSize());
    }

    @Override
    public void discard() {
        discards.incrementAndGet();
    }
}
