package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.internal.huggingface.Family.Rotation;
import dev.lockstep.loader.internal.huggingface.Family.Windows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** A row of the table of families, said in what it has and others have not. */
final class FamilyBuilder {
    private final String ggufName;
    private final Set<String> modelTypes;
    private final List<SettingRule> settings = new ArrayList<>();
    private final List<TensorRule> tensors = new ArrayList<>();
    private final Map<String, Set<String>> demands = new LinkedHashMap<>();
    private final Set<String> required = new HashSet<>();
    private List<String> prefixes = List.of("model.");
    private List<String> ignored = List.of();
    private Rotation rotation = Rotation.USUAL;
    private Windows windows = Windows.NONE;
    private OptionalLong keyValueHeads = OptionalLong.empty();
    private List<String> activations = List.of("silu", "swish");
    private boolean tied;

    private FamilyBuilder(String ggufName, Set<String> modelTypes) {
        this.ggufName = ggufName;
        this.modelTypes = modelTypes;
    }

    /** A family of decoders with rotated heads and SiLU, unless it is said otherwise. */
    static FamilyBuilder family(String ggufName, String... modelTypes) {
        return new FamilyBuilder(ggufName, Set.of(modelTypes)).demand("is_causal", "true");
    }

    /** Adds lines for {@link SettingRule#table}. */
    FamilyBuilder settings(String lines) {
        settings.addAll(SettingRule.table(lines));
        return this;
    }

    /** Adds lines for {@link TensorRule#table}. */
    FamilyBuilder tensors(String lines) {
        tensors.addAll(TensorRule.table(lines));
        return this;
    }

    FamilyBuilder prefixes(String... inFront) {
        prefixes = List.of(inFront);
        return this;
    }

    FamilyBuilder ignored(String... partsOfNames) {
        ignored = List.of(partsOfNames);
        return this;
    }

    FamilyBuilder rotation(Rotation how) {
        rotation = how;
        return this;
    }

    FamilyBuilder windows(Windows which) {
        windows = which;
        return this;
    }

    FamilyBuilder keyValueHeads(long usual) {
        keyValueHeads = OptionalLong.of(usual);
        return this;
    }

    FamilyBuilder activations(String... names) {
        activations = List.of(names);
        return this;
    }

    /** The setting must have one of these values, or not be there. */
    FamilyBuilder demand(String setting, String... values) {
        demands.put(setting, Set.of(values));
        return this;
    }

    /** The setting must be there, with one of these values. */
    FamilyBuilder require(String setting, String... values) {
        required.add(setting);
        return demand(setting, values);
    }

    FamilyBuilder tied() {
        tied = true;
        return this;
    }

    Family build() {
        return new Family(ggufName, modelTypes, prefixes, List.copyOf(settings), List.copyOf(tensors), rotation, windows, keyValueHeads, activations,
                Map.copyOf(demands), Set.copyOf(required), tied, ignored);
    }
}
