package dev.lockstep.loader.internal.huggingface;

import java.util.List;
import java.util.Optional;

/**
 * A setting that GGUF has under another name.
 *
 * @param ggufKey without the architecture in front
 * @param kind of value
 * @param names of the setting, the present one first
 * @param otherwise the value that transformers takes if the setting is not there; without one, it must be
 */
record SettingRule(String ggufKey, Kind kind, List<String> names, Optional<Number> otherwise) {
    enum Kind { INTEGER, NUMBER }

    static SettingRule integer(String ggufKey, String... names) {
        return new SettingRule(ggufKey, Kind.INTEGER, List.of(names), Optional.empty());
    }

    static SettingRule number(String ggufKey, String... names) {
        return new SettingRule(ggufKey, Kind.NUMBER, List.of(names), Optional.empty());
    }

    SettingRule or(Number otherwise) {
        return new SettingRule(ggufKey, kind, names, Optional.of(otherwise));
    }
}
