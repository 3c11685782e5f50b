package dev.lockstep.guard;

import dev.lockstep.guard.policy.ModelFacts;
import dev.lockstep.loader.Provenance;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models that are open, with what is known of them. Thread-safe. */
final class OpenModels {
    /** The same file may be open several times, and hold other bytes the next time. */
    private record Key(Path model, String sha256) { }

    private record Entry(ModelFacts facts, int count) { }

    private final Map<Key, Entry> open = new HashMap<>();

    synchronized void add(Path model, ModelFacts facts) {
        open.merge(new Key(model, facts.sha256()), new Entry(facts, 1), (old, _) -> new Entry(facts, old.count() + 1));
    }

    synchronized void remove(Path model, Provenance provenance) {
        open.computeIfPresent(new Key(model, provenance.sha256()), (_, old) -> old.count() == 1 ? null : new Entry(old.facts(), old.count() - 1));
    }

    synchronized Optional<ModelFacts> facts(Path model, Provenance provenance) {
        return Optional.ofNullable(open.get(new Key(model, provenance.sha256()))).map(Entry::facts);
    }

    synchronized List<Path> paths() {
        return open.keySet().stream().map(Key::model).distinct().toList();
    }
}
