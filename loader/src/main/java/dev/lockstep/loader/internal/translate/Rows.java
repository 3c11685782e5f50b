package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.quant.DType;
import java.util.List;
import java.util.Optional;

/**
 * The rows that translated tensors are made of, and what can be done with them. What does not fit is a {@link ModelFormatException} that
 * names the stored tensor. Nothing is read yet.
 */
public final class Rows {
    private Rows() {
    }

    /** A tensor of a GGUF file, as it is. */
    public static RowSource of(ByteSource file, TensorInfo tensor) {
        return new GgufRows(file, tensor);
    }

    /** A stored tensor: F32, F16 and BF16 as they are, F64 rounded to F32. */
    public static RowSource of(StoredTensor tensor) {
        return of(tensor, tensor.shape());
    }

    /** The same, seen under another shape of as many values. */
    public static RowSource of(StoredTensor tensor, List<Long> shape) {
        requireShape(tensor, shape);
        return StoredRows.asStored(tensor.type()).<RowSource>map(type -> new StoredRows(tensor, type, shape)).orElseGet(() -> {
            if (tensor.type() != StoredTensor.Type.F64) {
                throw fault(tensor, "is of type " + tensor.type() + ", whose values mean nothing without a scale");
            }
            return new WidenedRows(tensor, shape);
        });
    }

    private static void requireShape(StoredTensor tensor, List<Long> shape) {
        if (shape.isEmpty() || shape.size() > LoadLimits.MAX_DIMENSIONS || shape.stream().anyMatch(size -> size < 1)) {
            throw fault(tensor, "has shape " + shape + "; 1 to " + LoadLimits.MAX_DIMENSIONS + " positive sizes are supported");
        }
    }

    /** A vector as a column: rows of one value. */
    public static RowSource column(StoredTensor tensor) {
        return of(tensor, List.of(tensor.shape().stream().reduce(1L, Math::multiplyExact), 1L));
    }

    /**
     * A matrix of small numbers that share factors: of all values, of a row, or of a tile.
     *
     * @param scales one value, one for each row, or a matrix with one for each tile
     * @param tile rows and columns of a tile, if there are tiles
     */
    public static RowSource scaled(StoredTensor values, StoredTensor scales, Optional<List<Long>> tile) {
        requireShape(values, values.shape());
        if (values.shape().size() != 2 || !WidenedRows.isPossible(values.type())) {
            throw fault(values, "is " + values.type() + ' ' + values.shape() + "; scaled matrices of F8_E4M3, F8_E5M2 and I8 are supported");
        }
        long rows = values.shape().getFirst();
        long columns = values.shape().getLast();
        long count = scales.shape().stream().reduce(1L, Math::multiplyExact);
        List<Long> size = count == 1 ? List.of(rows, columns) : count == rows && scales.shape().getFirst() == rows && tile.isEmpty()
                ? List.of(1L, columns) : tile.orElseThrow(() -> misfit(values, scales));
        List<Long> tiles = List.of(Math.ceilDiv(rows, size.getFirst()), Math.ceilDiv(columns, size.getLast()));
        boolean fits = count == tiles.getFirst() * tiles.getLast() && (count == 1 || scales.shape().getFirst().equals(tiles.getFirst()));
        if (!fits) {
            throw misfit(values, scales);
        }
        RowSource factors = converted(of(scales, tiles), DType.F32);
        return new ScaledRows(new WidenedRows(values, values.shape()), factors, size.getFirst(), size.getLast());
    }

    private static ModelFormatException misfit(StoredTensor values, StoredTensor scales) {
        return fault(scales, "has shape " + scales.shape() + ", which are not the scales of a matrix of shape " + values.shape());
    }

    /**
     * Some rows of a matrix in another order.
     *
     * @param count how many
     * @param shape under which they are seen
     */
    public static RowSource ordered(RowSource source, long count, RowOrder order, List<Long> shape) {
        return new OrderedRows(source, count, order, shape);
    }

    /** A matrix that is stored as (input, output), seen as a matrix of any dimensions. */
    public static RowSource transposed(StoredTensor tensor, long inputs, long outputs) {
        requireShape(tensor, List.of(outputs, inputs));
        if (tensor.shape().stream().reduce(1L, Math::multiplyExact) != Math.multiplyExact(inputs, outputs)) {
            throw fault(tensor, "has shape " + tensor.shape() + ", which is no matrix of " + inputs + " inputs and " + outputs + " outputs");
        }
        DType type = StoredRows.asStored(tensor.type()).orElseThrow(() ->
                fault(tensor, "is of type " + tensor.type() + "; F32, F16 and BF16 are supported for matrices that are stored as (input, output)"));
        return new TransposedRows(tensor, type, List.of(outputs, inputs));
    }

    /** Sources one below the other; of different types, they become F32. All have rows of one size. */
    public static RowSource stacked(List<RowSource> sources, List<Long> shape) {
        boolean same = sources.stream().map(RowSource::type).distinct().count() == 1;
        return StackedRows.of(same ? sources : sources.stream().map(source -> converted(source, DType.F32)).toList(), shape);
    }

    /** Weights of which one was subtracted, as F32. */
    public static RowSource plusOne(RowSource source) {
        return new PlusOneRows(converted(source, DType.F32));
    }

    /** Rows in another type, if they are not of it: expanded to F32, and rounded as the quantizer of the type does it. */
    public static RowSource converted(RowSource source, DType type) {
        return ConvertedRows.of(source, type);
    }

    /** A vector that no file stores. */
    public static RowSource constant(float[] values) {
        return new ConstantRows(values.clone());
    }

    private static ModelFormatException fault(StoredTensor tensor, String problem) {
        return new ModelFormatException(tensor.file(), ModelFormatException.NO_OFFSET, tensor.name(), problem);
    }
}
