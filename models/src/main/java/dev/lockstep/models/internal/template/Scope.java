package dev.lockstep.models.internal.template;

import java.util.HashMap;
import java.util.Map;

/**
 * Names and what they stand for. A loop's round, a macro and a {@code with} have a scope of their own: what is set there is not seen
 * outside. {@code if} has none.
 */
final class Scope {
    private final Scope outer;
    private final Map<String, Value> names = new HashMap<>();

    Scope(Scope outer) {
        this.outer = outer;
    }

    void set(String name, Value value) {
        names.put(name, value);
    }

    /** The innermost value, or null. */
    Value find(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.names.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
