package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.loader.internal.translate.RowOrder;
import dev.lockstep.loader.internal.translate.RowSource;
import dev.lockstep.loader.internal.translate.Rows;
import dev.lockstep.loader.internal.translate.TranslatedTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tensors of a model as GGUF has them, by the rules of its family. What a model lacks, whoever uses it finds missing. */
final class TensorTranslation {
    private final Family family;
    private final HeadShape heads;
    private final long experts;
    private final StoredWeights stored;
    private final List<TranslatedTensor> translated = new ArrayList<>();
    private final Map<String, String> origins = new HashMap<>();

    /** @param experts of each layer; 0 if there are none */
    TensorTranslation(Family family, HeadShape heads, long experts, StoredWeights stored) {
        this.family = family;
        this.heads = heads;
        this.experts = experts;
        this.stored = stored;
    }

    List<TranslatedTensor> translate(long layers) {
        for (TensorRule rule : family.tensors()) {
            for (long layer = 0; layer < (rule.isPerLayer() ? layers : 1); layer++) {
                translate(rule, Long.toString(layer));
            }
        }
        stored.requireAllUsed(family.ggufName());
        return translated;
    }

    /** What all tensors that a model of the family may have are called in the files, by their names in GGUF. */
    Map<String, String> origins() {
        return origins;
    }

    private void translate(TensorRule rule, String layer) {
        List<StoredTensor> parts = parts(rule, layer);
        String ggufName = rule.ggufName().replace(TensorRule.LAYER, layer);
        String first = name(rule.stored().getFirst(), layer, 0);
        origins.putIfAbsent(ggufName, stored.find(first).map(tensor -> tensor.name() + " in " + tensor.file()).orElse(first));
        if (!parts.isEmpty()) {
            translated.add(new TranslatedTensor(ggufName, rows(rule, parts)));
        }
    }

    /** All that a rule names, or nothing if the first of them is not there. */
    private List<StoredTensor> parts(TensorRule rule, String layer) {
        Optional<StoredTensor> first = stored.find(name(rule.stored().getFirst(), layer, 0));
        if (first.isEmpty() || rule.isPerExpert() && experts == 0) {
            return List.of();
        }
        var parts = new ArrayList<StoredTensor>();
        for (String name : rule.stored()) {
            for (long expert = 0; expert < (rule.isPerExpert() ? experts : 1); expert++) {
                parts.add(part(name(name, layer, expert), first.get()));
            }
        }
        return parts;
    }

    private static String name(String rule, String layer, long expert) {
        return rule.replace(TensorRule.LAYER, layer).replace(TensorRule.EXPERT, Long.toString(expert));
    }

    private StoredTensor part(String name, StoredTensor first) {
        return stored.find(name).orElseThrow(() -> new ModelFormatException(first.file(), ModelFormatException.NO_OFFSET, name,
                "the tensor is missing; " + first.name() + " needs it beside it"));
    }

    private RowSource rows(TensorRule rule, List<StoredTensor> parts) {
        StoredTensor first = parts.getFirst();
        return switch (rule.form()) {
            case AS_STORED -> parts.size() == 1 && !rule.isPerExpert() ? stored.rows(first) : stacked(rule, parts);
            case AS_VECTOR -> Rows.of(stored.use(first), List.of(elements(first)));
            case PLUS_ONE -> Rows.plusOne(stored.rows(first));
            case ROTATED -> rotated(asRows(first), first);
            case QUERY_KEY_VALUE -> ordered(asRows(first), first, 3 * heads.heads() * heads.dim(), RowOrder.queriesKeysValues(heads.heads(), heads.dim()));
            case TRANSPOSED -> parts.size() == 1 ? transposed(first) : stackedTransposed(parts);
            case TRANSPOSED_ROTATED -> rotated(transposed(first), first);
            case FIRST_HALVES -> halves(first, 0);
            case SECOND_HALVES -> halves(first, 1);
        };
    }

    private static long elements(StoredTensor tensor) {
        return tensor.shape().stream().reduce(1L, Math::multiplyExact);
    }

    private static void requireDimensions(StoredTensor tensor, int dimensions) {
        if (tensor.shape().size() != dimensions) {
            throw StoredWeights.fault(tensor, "has shape " + tensor.shape() + "; " + dimensions + " dimensions are needed");
        }
    }

    /** A vector is a column here: what is done with rows is done with its values. */
    private RowSource asRows(StoredTensor tensor) {
        return tensor.shape().size() == 1 ? Rows.column(stored.use(tensor)) : stored.rows(tensor);
    }

    private RowSource rotated(RowSource rows, StoredTensor tensor) {
        return ordered(rows, tensor, heads.dim(), RowOrder.adjacentPairs(heads.dim(), heads.rotated()));
    }

    private RowSource ordered(RowSource rows, StoredTensor tensor, long period, RowOrder order) {
        if (rows.rows() % period != 0 || tensor.shape().size() > 2) {
            throw StoredWeights.fault(tensor, "has shape " + tensor.shape() + "; rows for whole heads of " + heads.dim()
                    + " are needed, a multiple of " + period);
        }
        return Rows.ordered(rows, rows.rows(), order, tensor.shape().size() == 1 ? tensor.shape() : rows.shape());
    }

    private RowSource transposed(StoredTensor tensor) {
        requireDimensions(tensor, 2);
        return Rows.transposed(stored.use(tensor), tensor.shape().getFirst(), tensor.shape().getLast());
    }

    /** Matrices of the same inputs, the outputs of one behind those of the other. */
    private RowSource stackedTransposed(List<StoredTensor> parts) {
        List<RowSource> rows = parts.stream().map(this::transposed).toList();
        for (int i = 0; i < parts.size(); i++) {
            if (rows.get(i).columns() != rows.getFirst().columns()) {
                throw StoredWeights.fault(parts.get(i), "has shape " + parts.get(i).shape() + ", which does not fit to " + parts.getFirst().shape() + " of "
                        + parts.getFirst().name());
            }
        }
        long count = rows.stream().mapToLong(RowSource::rows).reduce(0, Math::addExact);
        return Rows.stacked(rows, List.of(count, rows.getFirst().columns()));
    }

    /** Experts get a dimension of their own, other parts are one matrix, or one vector. */
    private RowSource stacked(TensorRule rule, List<StoredTensor> parts) {
        List<RowSource> rows = parts.stream().map(this::asRows).toList();
        StoredTensor first = parts.getFirst();
        for (int i = 0; i < parts.size(); i++) {
            List<Long> shape = parts.get(i).shape();
            boolean fits = rule.isPerExpert() ? shape.equals(first.shape()) : rows.get(i).columns() == rows.getFirst().columns();
            if (!fits || shape.size() != first.shape().size() || shape.size() > 2) {
                throw StoredWeights.fault(parts.get(i), "has shape " + shape + ", which does not fit to " + first.shape() + " of "
                        + first.name());
            }
        }
        long count = rows.stream().mapToLong(RowSource::rows).reduce(0, Math::addExact);
        List<Long> shape = rule.isPerExpert() ? List.of((long) parts.size(), first.shape().getFirst(), first.shape().getLast())
                : first.shape().size() == 1 ? List.of(count) : List.of(count, rows.getFirst().columns());
        return Rows.stacked(rows, shape);
    }

    private RowSource halves(StoredTensor tensor, int which) {
        requireDimensions(tensor, 3);
        long all = tensor.shape().get(1);
        if (all % 2 != 0) {
            throw StoredWeights.fault(tensor, "has shape " + tensor.shape() + "; an even number of rows is needed for each expert");
        }
        long half = all / 2;
        List<Long> shape = List.of(tensor.shape().getFirst(), half, tensor.shape().getLast());
        return Rows.ordered(stored.rows(tensor), tensor.shape().getFirst() * half, row -> row / half * all + which * half + row % half, shape);
    }
}
