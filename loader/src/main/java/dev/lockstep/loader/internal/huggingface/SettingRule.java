package dev.lockstep.loader.internal.huggingface;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A setting that GGUF has under another name.
 *
 * @param ggufKey without the architecture in front
 * @param kind of value
 * @param names of the setting, any of which may be there
 * @param otherwise the value that transformers takes if none is; without one, it must be
 */
record SettingRule(String ggufKey, Kind kind, List<String> names, Optional<Double> otherwise) {
    private static final String OTHERWISE = "=";

    enum Kind {
        INTEGER,
        NUMBER,
        /** A number that is null where what it belongs to is switched off, which GGUF writes as 0. */
        SWITCH
    }

    /** The rules of a table: in each line the kind, GGUF's key, the names with commas between them, and {@value #OTHERWISE} with the value otherwise. */
    static List<SettingRule> table(String lines) {
        return lines.lines().filter(line -> !line.isBlank()).map(line -> rule(line.strip().split(" +"))).toList();
    }

    private static SettingRule rule(String[] words) {
        Optional<Double> otherwise = words.length > 4 && words[3].equals(OTHERWISE) ? Optional.of(Double.valueOf(words[4])) : Optional.empty();
        return new SettingRule(words[1], Kind.valueOf(words[0]), Arrays.asList(words[2].split(",")), otherwise);
    }
}
