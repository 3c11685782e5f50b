package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.Metadata;
import java.util.LinkedHashMap;
import java.util.Map;

/** Key/value pairs under GGUF's names, each with where it is from. */
final class MetadataBuilder {
    private final String architecture;
    private final Map<String, Metadata.Value> values = new LinkedHashMap<>();
    private final Map<String, String> origins = new LinkedHashMap<>();

    MetadataBuilder(String architecture) {
        this.architecture = architecture;
        values.put("general.architecture", new Metadata.TextValue(architecture));
    }

    /** @param key without the architecture in front */
    MetadataBuilder put(String key, Metadata.Value value, String origin) {
        values.put(architecture + '.' + key, value);
        origins.put(architecture + '.' + key, origin);
        return this;
    }

    MetadataBuilder integer(String key, long value, String origin) {
        return put(key, new Metadata.IntegerValue(value), origin);
    }

    MetadataBuilder number(String key, double value, String origin) {
        return put(key, new Metadata.FloatValue(value), origin);
    }

    MetadataBuilder text(String key, String value, String origin) {
        return put(key, new Metadata.TextValue(value), origin);
    }

    MetadataBuilder flag(String key, boolean value, String origin) {
        return put(key, new Metadata.BooleanValue(value), origin);
    }

    /** Keys that belong to no architecture. */
    MetadataBuilder all(Map<String, Metadata.Value> others) {
        values.putAll(others);
        return this;
    }

    /** The integer that was put under a key. */
    long integer(String key) {
        return ((Metadata.IntegerValue) values.get(architecture + '.' + key)).value();
    }

    /** The number that was put under a key. */
    double number(String key) {
        return ((Metadata.FloatValue) values.get(architecture + '.' + key)).value();
    }

    boolean has(String key) {
        return values.containsKey(architecture + '.' + key);
    }

    /** @param file for messages about what has no origin */
    Metadata build(String file) {
        return new Metadata(file, values, origins);
    }
}
