package dev.lockstep.app.bench.report;

import dev.lockstep.app.bench.BenchSuite;
import dev.lockstep.app.bench.ModelFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Names of models that fit into plots, each another one. */
final class Labels {
    private static final String ENDING = ".gguf";
    private static final int LONGEST = 28;

    private Labels() {
    }

    /** One per model, in the order of the suite. */
    static List<String> of(BenchSuite suite) {
        List<String> labels = new ArrayList<>();
        suite.models().forEach(runs -> {
            String label = label(runs.getFirst().model());
            labels.add(labels.contains(label) ? label + " #" + (labels.size() + 1) : label);
        });
        return labels;
    }

    /** The file's name, with the type if it does not say so itself. */
    private static String label(ModelFacts model) {
        String name = model.name().endsWith(ENDING) ? model.name().substring(0, model.name().length() - ENDING.length()) : model.name();
        String type = model.type().name();
        if (!name.toUpperCase(Locale.ROOT).contains(type)) {
            return shorten(name, LONGEST - type.length() - 1) + ' ' + type;
        }
        return shorten(name, LONGEST);
    }

    private static String shorten(String name, int longest) {
        return name.codePointCount(0, name.length()) <= longest ? name
                : name.substring(0, name.offsetByCodePoints(0, longest - 1)) + '…';
    }
}
