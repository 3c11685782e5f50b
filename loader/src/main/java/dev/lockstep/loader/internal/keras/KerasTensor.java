package dev.lockstep.loader.internal.keras;

import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A variable of a layer under the name that transformers has for it. Kernels of attention have a dimension for the heads: (input, heads,
 * values of a head) before it, (heads, values of a head, output) behind it. Here they are matrices (input, output), and biases are vectors.
 *
 * @param variable what it is in the file
 * @param shape of one or two dimensions
 */
record KerasTensor(String name, StoredTensor variable, List<Long> shape) implements StoredTensor {
    /** Names of matrices whose inputs are the heads. */
    private static final List<String> OUTPUTS = List.of(".attn.c_proj.weight", ".self_attn.o_proj.weight");

    static KerasTensor of(String name, StoredTensor variable) {
        List<Long> shape = variable.shape();
        boolean isBias = name.endsWith(".bias") && shape.size() == 2;
        if (isBias) {
            shape = List.of(Math.multiplyExact(shape.get(0), shape.get(1)));
        } else if (shape.size() == 3) {
            boolean isOutput = OUTPUTS.stream().anyMatch(name::endsWith);
            shape = isOutput ? List.of(Math.multiplyExact(shape.get(0), shape.get(1)), shape.get(2))
                    : List.of(shape.get(0), Math.multiplyExact(shape.get(1), shape.get(2)));
        }
        return new KerasTensor(name, variable, shape);
    }

    @Override
    public String file() {
        return variable.file() + ", " + variable.name();
    }

    @Override
    public Type type() {
        return variable.type();
    }

    @Override
    public long byteSize() {
        return variable.byteSize();
    }

    @Override
    public void read(long from, MemorySegment dst) {
        variable.read(from, dst);
    }

    @Override
    public void discard() {
        variable.discard();
    }
}
