package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Loop;

/** What {@code loop} knows. */
final class Loops {
    private static final Builtin CYCLE = Builtin.of("cycle", "*", (_, loop, given) -> {
        if (given.rest().isEmpty()) {
            throw TemplateException.failed("loop.cycle needs something to cycle through");
        }
        return given.rest().get(((Loop) loop).index0 % given.rest().size());
    });

    private static final Builtin CHANGED = Builtin.of("changed", "*", (evaluator, input, given) -> {
        Loop loop = (Loop) input;
        Value seen = evaluator.tuple(given.rest());
        boolean changed = loop.lastSeen == null || !evaluator.operators().equal(loop.lastSeen, seen);
        loop.lastSeen = seen;
        return Value.of(changed);
    });

    private Loops() {
    }

    /** Null if there is none of that name. */
    static Value attribute(Loop loop, Text name) {
        int count = loop.items.size();
        return switch (name.withoutUserText()) {
            case "index" -> Value.of(loop.index0 + 1L);
            case "index0" -> Value.of((long) loop.index0);
            case "revindex" -> Value.of((long) count - loop.index0);
            case "revindex0" -> Value.of(count - loop.index0 - 1L);
            case "first" -> Value.of(loop.index0 == 0);
            case "last" -> Value.of(loop.index0 == count - 1);
            case "length" -> Value.of((long) count);
            // recursive loops are not supported, and only they go deeper
            case "depth" -> Value.of(1);
            case "depth0" -> Value.of(0);
            case "previtem" -> loop.index0 == 0 ? Value.Undefined.named("loop.previtem") : loop.items.get(loop.index0 - 1);
            case "nextitem" -> loop.index0 == count - 1 ? Value.Undefined.named("loop.nextitem") : loop.items.get(loop.index0 + 1);
            case "cycle" -> new Value.Method(loop, CYCLE);
            case "changed" -> new Value.Method(loop, CHANGED);
            default -> null;
        };
    }
}
