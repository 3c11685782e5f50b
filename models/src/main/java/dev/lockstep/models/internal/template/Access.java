package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Loop;
import dev.lockstep.models.internal.template.Value.Namespace;
import dev.lockstep.models.internal.template.Value.None;
import dev.lockstep.models.internal.template.Value.Sequence;
import dev.lockstep.models.internal.template.Value.Undefined;
import java.util.ArrayList;
import java.util.List;

/** What is inside of a value: {@code a.b}, {@code a[b]}, {@code a[b:c]}. What is not there is undefined; to look into what is undefined is an error. */
final class Access {
    private final Evaluator evaluator;

    Access(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    /** Methods come before entries. */
    Value attribute(Value object, Text name) {
        Evaluator.requireDefined(object);
        evaluator.budget().spend(name.length());
        Value value = member(object, name);
        if (value == null && object instanceof Dict dict) {
            value = dict.entries().get(name);
        }
        return value == null ? missing(name) : value;
    }

    /** Entries come before methods. */
    Value subscript(Value object, Value key) {
        Evaluator.requireDefined(object);
        Value value = switch (object) {
            case Dict dict -> dict.entries().get(evaluator.key(key));
            case Sequence sequence when Operators.isWhole(key) -> {
                int index = index(key, sequence.items().size());
                yield index < 0 ? null : sequence.items().get(index);
            }
            case Text text when Operators.isWhole(key) -> {
                int index = index(key, text.length());
                yield index < 0 ? null : text.slice(index, index + 1);
            }
            default -> null;
        };
        if (value == null && key instanceof Text name) {
            evaluator.budget().spend(name.length());
            value = member(object, name);
        }
        return value == null ? missing(key) : value;
    }

    private static Undefined missing(Value key) {
        return key instanceof Text name ? Undefined.named(name) : Value.UNDEFINED;
    }

    /** A method or a fixed attribute, or null. */
    private Value member(Value object, Text name) {
        return switch (object) {
            case Namespace namespace -> namespace.entries().get(name);
            case Loop loop -> Loops.attribute(loop, name);
            default -> Methods.find(object, name).map(builtin -> new Value.Method(object, builtin)).orElse(null);
        };
    }

    /** From 0, or -1 if it is outside; a negative one counts from the end. */
    private static int index(Value key, int size) {
        long index = Operators.whole(key);
        long fromStart = index < 0 ? index + size : index;
        return fromStart >= 0 && fromStart < size ? (int) fromStart : -1;
    }

    /** @param from as in Python; null or none where it is left out, and the same for the others */
    Value slice(Value object, Value from, Value to, Value step) {
        Evaluator.requireDefined(object);
        int size = switch (object) {
            case Text text -> text.length();
            case Sequence sequence -> sequence.items().size();
            default -> -1;
        };
        if (size < 0) {
            return Value.UNDEFINED;
        }
        int stride = isGiven(step) ? Operators.requireInt(step) : 1;
        if (stride == 0) {
            throw TemplateException.failed("the step of a slice is zero");
        }
        int begin = bound(from, size, stride, stride > 0 ? 0 : size - 1);
        int end = bound(to, size, stride, stride > 0 ? size : -1);
        return object instanceof Text text ? slice(text, begin, end, stride) : slice((Sequence) object, begin, end, stride);
    }

    private static boolean isGiven(Value value) {
        return value != null && !(value instanceof None);
    }

    private static int bound(Value value, int size, int stride, int usual) {
        if (!isGiven(value)) {
            return usual;
        }
        long index = Operators.requireInt(value);
        long fromStart = index < 0 ? index + size : index;
        return stride > 0 ? Math.clamp(fromStart, 0, size) : (int) Math.clamp(fromStart, -1, size - 1L);
    }

    private Text slice(Text text, int begin, int end, int stride) {
        if (stride == 1) {
            return text.slice(begin, Math.max(begin, end));
        }
        var builder = evaluator.memory().builder();
        for (long i = begin; stride > 0 ? i < end : i > end; i += stride) {
            builder.append(text.cell((int) i));
        }
        return builder.text().withSafe(text.isSafe());
    }

    private Sequence slice(Sequence sequence, int begin, int end, int stride) {
        List<Value> items = new ArrayList<>();
        for (long i = begin; stride > 0 ? i < end : i > end; i += stride) {
            evaluator.budget().takeElements(1);
            items.add(sequence.items().get((int) i));
        }
        return new Sequence(sequence.kind(), items);
    }
}
