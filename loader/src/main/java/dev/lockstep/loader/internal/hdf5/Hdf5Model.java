package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One model of a file: the datasets of one group, a dataset for each tensor (docs/formats/hdf5.md).
 *
 * @param group path of the group; empty for the root
 * @param config its settings as JSON, if the file has them
 * @param tensors in the order of the file, scales among them
 */
public record Hdf5Model(String group, Optional<String> config, List<StoredTensor> tensors) {
    /**
     * Finds the model. The bytes of others are given up.
     *
     * @param file borrowed by the result
     * @param name of the file, for messages
     * @param group which one is wanted; may be left out if there is one, or one that is not quantized
     * @throws ModelFormatException if it is not there, or nobody can tell which one is meant
     */
    public static Hdf5Model of(Hdf5File file, String name, Optional<String> group) {
        Map<String, List<Hdf5Dataset>> byGroup = file.datasets().stream()
                .collect(Collectors.groupingBy(dataset -> groupOf(dataset.tensor().name()), LinkedHashMap::new, Collectors.toList()));
        String chosen = group.orElseGet(() -> onlyGroup(byGroup, name));
        if (!byGroup.containsKey(chosen)) {
            throw fault(name, chosen, "is no group with datasets in it; there are " + named(byGroup.keySet()));
        }
        byGroup.entrySet().stream().filter(each -> !each.getKey().equals(chosen)).flatMap(each -> each.getValue().stream())
                .forEach(dataset -> dataset.tensor().discard());
        Optional<String> config = file.config(chosen).or(() -> file.config(""));
        return new Hdf5Model(chosen, config, new ModelGroup(name, chosen, byGroup.get(chosen)).tensors());
    }

    private static String groupOf(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static String onlyGroup(Map<String, List<Hdf5Dataset>> byGroup, String name) {
        if (byGroup.isEmpty()) {
            throw fault(name, "", "holds no datasets");
        }
        List<String> exact = byGroup.keySet().stream().filter(group -> byGroup.get(group).stream().noneMatch(Hdf5Dataset::isScaled)).toList();
        if (byGroup.size() > 1 && exact.size() != 1) {
            throw fault(name, "", "holds several groups of datasets: " + named(byGroup.keySet()) + "; say which one is the model, as in " + name + "#"
                    + byGroup.keySet().iterator().next());
        }
        return byGroup.size() == 1 ? byGroup.keySet().iterator().next() : exact.getFirst();
    }

    private static String named(Set<String> groups) {
        return new TreeSet<>(groups).stream().map(group -> group.isEmpty() ? "the root" : '"' + group + '"').collect(Collectors.joining(", "));
    }

    private static ModelFormatException fault(String file, String group, String problem) {
        return new ModelFormatException(file, ModelFormatException.NO_OFFSET, group, problem);
    }

    /** The datasets of a group as tensors. */
    private record ModelGroup(String file, String group, List<Hdf5Dataset> datasets) {
        List<StoredTensor> tensors() {
            Map<String, StoredTensor> byName = new LinkedHashMap<>();
            Set<String> scales = datasets.stream().flatMap(dataset -> dataset.scaleDataset().stream()).collect(Collectors.toSet());
            for (Hdf5Dataset dataset : datasets) {
                if (dataset.isScaled() && scales.contains(plain(dataset))) {
                    throw fault(file, dataset.tensor().name(), "has a scale, and is the scale of another dataset");
                }
                if (!dataset.isScaled()) {
                    byName.put(plain(dataset), new NamedTensor(plain(dataset), dataset.tensor(), Optional.empty()));
                }
            }
            var tensors = new ArrayList<StoredTensor>();
            for (Hdf5Dataset dataset : datasets) {
                StoredTensor plain = byName.get(plain(dataset));
                if (plain == null) {
                    StoredTensor scale = scale(dataset, byName);
                    dataset.scale().ifPresent(_ -> tensors.add(scale));
                    plain = new NamedTensor(plain(dataset), dataset.tensor(), Optional.of(scale));
                }
                tensors.add(plain);
            }
            return tensors;
        }

        private String plain(Hdf5Dataset dataset) {
            String path = dataset.tensor().name();
            return group.isEmpty() ? path : path.substring(group.length() + 1);
        }

        private StoredTensor scale(Hdf5Dataset dataset, Map<String, StoredTensor> byName) {
            String path = dataset.tensor().name();
            if (dataset.scale().isPresent() && dataset.scaleDataset().isPresent()) {
                throw fault(file, path, "has both a scale and a scale_dataset");
            }
            if (dataset.tensor().type() != StoredTensor.Type.I8) {
                throw fault(file, path, "has a scale, but holds " + dataset.tensor().type() + "; int8 is supported with scales");
            }
            return dataset.scale().or(() -> dataset.scaleDataset().map(byName::get)).orElseThrow(() ->
                    fault(file, path, "names the scale_dataset " + dataset.scaleDataset().orElse("") + ", which is not in its group"));
        }
    }
}
