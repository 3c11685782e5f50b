package dev.lockstep.models.internal;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.Metadata.NumberListValue;
import dev.lockstep.loader.ModelFormatException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The metadata keys of one architecture: those that begin with its name.
 *
 * @param prefix the name and a dot
 */
record ArchitectureKeys(Metadata metadata, String prefix) {
    static ArchitectureKeys of(Metadata metadata) {
        return new ArchitectureKeys(metadata, metadata.requireText("general.architecture") + ".");
    }

    String key(String name) {
        return prefix + name;
    }

    /** An integer; a list of one for each layer is one if they are all the same. */
    Optional<Integer> integer(String name, int min, int max) {
        if (!isList(name)) {
            return metadata.integer(key(name), min, max);
        }
        int[] distinct = Arrays.stream(metadata.integers(key(name)).orElseThrow()).distinct().toArray();
        if (distinct.length != 1) {
            throw malformed(name, distinct.length == 0 ? "is an empty list" : "differs from layer to layer, which is not supported");
        }
        if (distinct[0] < min || distinct[0] > max) {
            throw malformed(name, distinct[0] + " is outside of " + min + ".." + max);
        }
        return Optional.of(distinct[0]);
    }

    int requireInteger(String name, int min, int max) {
        return integer(name, min, max).orElseGet(() -> metadata.requireInteger(key(name), min, max));
    }

    Optional<Float> number(String name) {
        return metadata.number(key(name));
    }

    Optional<String> text(String name) {
        return metadata.text(key(name));
    }

    Optional<Boolean> bool(String name) {
        return metadata.bool(key(name));
    }

    /** True if the value is a list of numbers or truth values, such as one for each layer. */
    boolean isList(String name) {
        return metadata.get(key(name)).filter(NumberListValue.class::isInstance).isPresent();
    }

    /** The number under a key that is positive, or {@code usual}. */
    float positive(String name, float usual) {
        return positive(name, number(name)).orElse(usual);
    }

    float requirePositive(String name) {
        return positive(name, Optional.of(metadata.requireNumber(key(name)))).orElseThrow();
    }

    /** Like {@link #positive(String, float)}; zero means the same as no key, as in files from before the key had a meaning. */
    float positiveOrZero(String name, float usual) {
        return positive(name, number(name).filter(value -> value != 0)).orElse(usual);
    }

    private Optional<Float> positive(String name, Optional<Float> value) {
        value.filter(number -> !(number > 0 && Float.isFinite(number))).ifPresent(number -> {
            throw malformed(name, number + " must be positive and finite");
        });
        return value;
    }

    ModelFormatException malformed(String name, String problem) {
        return metadata.malformed(key(name), problem);
    }
}
