package dev.lockstep.models.internal;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.quant.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of a checkpoint that a model is made of, each checked when it is asked for: present, of the right shape, of a type with
 * kernels. At the end, none may be left over that would have changed the result.
 */
final class PlannedTensors {
    /** Tables that old converters stored; the decoder computes them itself. */
    private static final String IGNORED_SUFFIX = ".attn_rot_embd";

    private final VerifiedCheckpoint checkpoint;
    private final List<TensorInfo> tensors = new ArrayList<>();
    /** Names as in the file. */
    private final Set<String> used = new HashSet<>();

    /**
     * A part of a tensor: so many of its rows.
     *
     * @param name what it is called where it is stored by itself
     */
    record Part(String name, long rows) { }

    PlannedTensors(VerifiedCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    boolean has(String name) {
        return checkpoint.tensor(name).isPresent();
    }

    /** Shape as in the file, if there is such a tensor. */
    Optional<List<Long>> shape(String name) {
        return checkpoint.tensor(name).map(TensorInfo::shape);
    }

    void require(String name, Long... shape) {
        tensors.add(find(name, shape));
    }

    /** A vector that is used as a matrix of one row; it may be stored as either. */
    void requireRow(String name, long columns) {
        boolean matrix = shape(name).filter(List.of(1L, columns)::equals).isPresent();
        TensorInfo found = matrix ? find(name, 1L, columns) : find(name, columns);
        tensors.add(new TensorInfo(name, found.type(), List.of(1L, columns), found.byteOffset(), found.byteSize()));
    }

    /**
     * Parts that lie one after the other in one tensor of this shape.
     *
     * @param prefix of the parts' names
     * @param suffix of the parts' names
     */
    void requireParts(String name, String prefix, String suffix, List<Part> parts, Long... shape) {
        TensorInfo whole = find(name, shape);
        if (whole.shape().size() == 1 && whole.type().blockElements() > 1) {
            throw fault(whole.byteOffset(), name, "is of type " + whole.type() + ", of which no parts can be taken");
        }
        long from = 0;
        for (Part part : parts) {
            tensors.add(whole.part(prefix + part.name + suffix, from, from + part.rows));
            from += part.rows;
        }
    }

    private TensorInfo find(String name, Long... shape) {
        List<Long> wanted = List.of(shape);
        TensorInfo tensor = checkpoint.tensor(name).orElseThrow(
                () -> fault(ModelFormatException.NO_OFFSET, name, "the tensor is missing; shape " + wanted + " is needed"));
        if (!tensor.shape().equals(wanted)) {
            throw fault(tensor.byteOffset(), name, "has shape " + tensor.shape() + ", but the hyperparameters need " + wanted);
        }
        if (!tensor.type().isComputable()) {
            throw fault(tensor.byteOffset(), name,
                    "is of type " + tensor.type() + ", for which there are no kernels; there are " + DType.computableNames());
        }
        used.add(name);
        return tensor;
    }

    /** All that were asked for. A bias or an expert that nobody knows would be left out silently, and the result would be subtly wrong. */
    List<TensorInfo> withoutLeftovers() {
        for (TensorInfo tensor : checkpoint.tensors()) {
            if (!used.contains(tensor.name()) && !tensor.name().contains(IGNORED_SUFFIX)) {
                throw fault(tensor.byteOffset(), tensor.name(), "this tensor is not part of the architecture as it is"
                        + " supported; without it the results would be wrong");
            }
        }
        return List.copyOf(tensors);
    }

    private ModelFormatException fault(long byteOffset, String name, String problem) {
        return checkpoint.malformed(byteOffset, name, problem);
    }

    /** Bytes that the vectors among planned tensors take once they are loaded. */
    static long vectorBytes(List<TensorInfo> tensors) {
        return tensors.stream().filter(tensor -> tensor.shape().size() == 1)
                .mapToLong(tensor -> Math.multiplyExact(tensor.elements(), (long) Float.BYTES))
                .reduce(0, Math::addExact);
    }

    /** Types of the matrices among planned tensors. */
    static Set<DType> matrixTypes(List<TensorInfo> tensors) {
        Set<DType> types = new HashSet<>();
        tensors.stream().filter(tensor -> tensor.shape().size() > 1).forEach(tensor -> types.add(tensor.type()));
        return types;
    }
}
