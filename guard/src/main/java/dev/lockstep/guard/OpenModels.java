package dev.lockstep.guard;

import dev.lockstep.guard.policy.ModelFacts;
import dev.lockstep.loader.Provenance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models that are open, with what is known of them, and what their openers demand of the device. Thread-safe. */
final class OpenModels {
    /** The same file may be open several times, and hold other bytes the next time. */
    private record Key(Path model, String sha256) { }

    /** @param demands names of posture rules, one for each time that the model was opened */
    private record Entry(ModelFacts facts, List<String> demands) { }

    private final Map<Key, Entry> open = new HashMap<>();

    synchronized void add(Path model, ModelFacts facts, String demand) {
        open.computeIfAbsent(new Key(model, facts.sha256()), _ -> new Entry(facts, new ArrayList<>())).demands().add(demand);
    }

    synchronized void remove(Path model, Provenance provenance, String demand) {
        open.computeIfPresent(new Key(model, provenance.sha256()), (_, entry) -> {
            entry.demands().remove(demand);
            return entry.demands().isEmpty() ? null : entry;
        });
    }

    synchronized Optional<ModelFacts> facts(Path model, Provenance provenance) {
        return Optional.ofNullable(open.get(new Key(model, provenance.sha256()))).map(Entry::facts);
    }

    synchronized List<Path> paths() {
        return open.keySet().stream().map(Key::model).distinct().toList();
    }

    /** True if somebody who opened a model demands this. */
    synchronized boolean isDemanded(String demand) {
        return open.values().stream().anyMatch(entry -> entry.demands().contains(demand));
    }
}
