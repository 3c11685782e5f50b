package dev.lockstep.models.internal.template;

import java.util.HashMap;
import java.util.Map;

/**
 * Names and what they stand for. A loop's round, a macro and a {@code with} have a scope of their own: what is set there is not seen
 * outside. {@code if} has none. Scopes and names count as elements: a macro keeps those that it was defined in.
 */
final class Scope {
    private final Scope outer;
    private final Budget budget;
    /** Of this scope and all around it; finding a name may look into each. */
    private final int depth;
    private final Map<String, Value> names = new HashMap<>();

    /** The outermost. */
    Scope(Budget budget) {
        this.outer = null;
        this.budget = budget;
        this.depth = 1;
    }

    Scope(Scope outer) {
        this.outer = outer;
        this.budget = outer.budget;
        this.depth = outer.depth + 1;
        budget.takeElements(1);
        budget.requireDepth(depth);
    }

    int depth() {
        return depth;
    }

    void set(String name, Value value) {
        if (names.put(name, value) == null) {
            budget.takeElements(1);
        }
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
