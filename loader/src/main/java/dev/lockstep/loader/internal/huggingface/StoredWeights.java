package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.loader.internal.translate.RowSource;
import dev.lockstep.loader.internal.translate.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The stored tensors of a checkpoint by their names, and which of them were used. */
final class StoredWeights {
    /** Tables that follow from the settings. */
    private static final List<String> TABLES = List.of("rotary_emb.inv_freq", "rotary_emb.cos_cached", "rotary_emb.sin_cached");

    private static final String WEIGHT = "weight";

    private final List<String> prefixes;
    private final List<String> ignored;
    private final Optional<Quantization> quantization;
    private final List<StoredTensor> all;
    private final Map<String, StoredTensor> byName = new HashMap<>();
    private final Set<StoredTensor> used = new HashSet<>();

    StoredWeights(List<StoredTensor> all, Family family, Optional<Quantization> quantization) {
        this.all = all;
        this.prefixes = family.prefixes();
        this.ignored = family.ignored();
        this.quantization = quantization;
        for (StoredTensor tensor : all) {
            if (byName.put(plain(tensor.name()), tensor) != null) {
                throw fault(tensor, "is there twice: " + byName.get(plain(tensor.name())).name() + " means the same");
            }
        }
    }

    private String plain(String name) {
        return prefixes.stream().filter(name::startsWith).findFirst().map(prefix -> name.substring(prefix.length())).orElse(name);
    }

    /** The tensor of a name without prefixes. */
    Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Leaves tensors out that nobody may use. */
    void drop(List<String> names) {
        for (String name : names) {
            find(name).map(this::use).flatMap(StoredTensor::scale).ifPresent(this::use);
            byName.remove(name);
        }
    }

    /** Marks a tensor as known: that it is there is no fault. */
    StoredTensor use(StoredTensor tensor) {
        used.add(tensor);
        return tensor;
    }

    /** The values of a matrix or vector, with its scales if it has any. */
    RowSource rows(StoredTensor tensor) {
        use(tensor);
        if (tensor.scale().isPresent()) {
            return Rows.scaled(tensor, use(tensor.scale().get()), Optional.empty());
        }
        String name = plain(tensor.name());
        if (name.endsWith(WEIGHT)) {
            String module = name.substring(0, name.length() - WEIGHT.length());
            for (String scale : Quantization.SCALES) {
                StoredTensor scales = byName.get(module + scale);
                if (scales != null) {
                    return Rows.scaled(tensor, use(scales), quantization.orElseThrow(() -> fault(scales,
                            "config.json has no quantization_config that says what it means")).tile());
                }
            }
        }
        return Rows.of(tensor);
    }

    /** What is neither used nor known to change nothing would be left out silently. */
    void requireAllUsed(String architecture) {
        for (StoredTensor tensor : all) {
            if (!used.contains(tensor) && !isIgnored(tensor.name())) {
                throw fault(tensor, "this tensor is not part of " + architecture + " as it is supported; without it the results would be wrong");
            }
        }
    }

    private boolean isIgnored(String name) {
        var harmless = new ArrayList<>(TABLES);
        harmless.addAll(ignored);
        if (quantization.isPresent()) {
            harmless.addAll(Quantization.IGNORED);
        }
        return harmless.stream().anyMatch(name::contains);
    }

    static ModelFormatException fault(StoredTensor tensor, String problem) {
        return new ModelFormatException(tensor.file(), ModelFormatException.NO_OFFSET, tensor.name(), problem);
    }
}
