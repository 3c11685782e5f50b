package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Expression.Comparison;
import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import dev.lockstep.models.internal.template.Value.Undefined;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** What can follow {@code is}. */
final class Tests {
    static final Map<String, Builtin> TABLE = Builtin.table(
            is("defined", value -> !(value instanceof Undefined)),
            is("undefined", value -> value instanceof Undefined),
            is("none", value -> value instanceof Value.None),
            is("true", value -> value instanceof Value.Bool(boolean isTrue) && isTrue),
            is("false", value -> value instanceof Value.Bool(boolean isTrue) && !isTrue),
            is("boolean", value -> value instanceof Value.Bool),
            is("integer", value -> value instanceof Value.Int),
            is("float", value -> value instanceof Value.Real),
            is("number", Operators::isNumber),
            is("string", value -> value instanceof Text),
            is("mapping", value -> value instanceof Dict),
            is("sequence", value -> value instanceof Text || value instanceof Dict || value instanceof Undefined
                    || value instanceof Sequence sequence && sequence.kind() != Sequence.Kind.VIEW),
            is("iterable", value -> value instanceof Text || value instanceof Dict || value instanceof Undefined || value instanceof Sequence
                    || value instanceof Value.Iterator),
            is("callable", value -> value instanceof Value.Callable),
            is("odd", value -> Math.floorMod(number(value), 2) == 1),
            is("even", value -> Math.floorMod(number(value), 2) == 0),
            is("lower", value -> hasCase(value, Character::isUpperCase, Character::isLowerCase)),
            is("upper", value -> hasCase(value, Character::isLowerCase, Character::isUpperCase)),
            Builtin.of("divisibleby", "num", (_, value, given) -> Value.of(divides(number(given.get(0)), number(value)))),
            Builtin.of("sameas", "other", (_, value, given) -> Value.of(isSame(value, given.get(0)))),
            compares("eq", Comparison.EQUAL), compares("equalto", Comparison.EQUAL), compares("==", Comparison.EQUAL),
            compares("ne", Comparison.NOT_EQUAL), compares("!=", Comparison.NOT_EQUAL),
            compares("lt", Comparison.LESS), compares("lessthan", Comparison.LESS), compares("<", Comparison.LESS),
            compares("le", Comparison.LESS_OR_EQUAL), compares("<=", Comparison.LESS_OR_EQUAL),
            compares("gt", Comparison.GREATER), compares("greaterthan", Comparison.GREATER), compares(">", Comparison.GREATER),
            compares("ge", Comparison.GREATER_OR_EQUAL), compares(">=", Comparison.GREATER_OR_EQUAL),
            compares("in", Comparison.IN));

    private Tests() {
    }

    private static Builtin is(String name, Predicate<Value> test) {
        return Builtin.of(name, "", (_, value, _) -> Value.of(test.test(value)));
    }

    private static Builtin compares(String name, Comparison comparison) {
        return Builtin.of(name, "other", (evaluator, value, given) -> Value.of(evaluator.operators().compare(comparison, value, given.get(0))));
    }

    private static long number(Value value) {
        Operators.requireNumber(value);
        if (!Operators.isWhole(value)) {
            throw TemplateException.failed("a whole number is expected");
        }
        return Operators.whole(value);
    }

    private static boolean divides(long divisor, long number) {
        if (divisor == 0) {
            throw TemplateException.failed("a division by zero");
        }
        return number % divisor == 0;
    }

    /** Identity is only asked about values of which there is but one. */
    private static boolean isSame(Value value, Value other) {
        if (value instanceof Value.None || value instanceof Value.Bool || other instanceof Value.None || other instanceof Value.Bool) {
            return value.equals(other);
        }
        throw TemplateException.failed("sameas is supported for none, true and false");
    }

    /** Python's {@code islower} and {@code isupper}: no letter of the other case, and one of this at least. */
    private static boolean hasCase(Value value, IntPredicate other, IntPredicate own) {
        Text text = Evaluator.requireText(value);
        boolean found = false;
        for (int i = 0; i < text.length(); i++) {
            int c = text.codePoint(i);
            if (other.test(c) || Character.isTitleCase(c)) {
                return false;
            }
            found |= own.test(c);
        }
        return found;
    }
}
