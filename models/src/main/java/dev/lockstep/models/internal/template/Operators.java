package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Expression.Comparison;
import dev.lockstep.models.internal.template.Expression.Operator;
import dev.lockstep.models.internal.template.Value.Bool;
import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Int;
import dev.lockstep.models.internal.template.Value.None;
import dev.lockstep.models.internal.template.Value.Real;
import dev.lockstep.models.internal.template.Value.Sequence;
import dev.lockstep.models.internal.template.Value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Arithmetic and comparisons as in Python, but for whole numbers that leave 64 bits: an error, and nothing wrong. */
final class Operators {
    private final Evaluator evaluator;

    Operators(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    Value apply(Operator operator, Value left, Value right) {
        Evaluator.requireDefined(left);
        Evaluator.requireDefined(right);
        if (isNumber(left) && isNumber(right)) {
            return number(operator, left, right);
        }
        return switch (operator) {
            case ADD -> add(left, right);
            case MULTIPLY -> isNumber(left) ? repeat(right, requireInt(left)) : repeat(left, requireInt(right));
            case MODULO -> throw TemplateException.failed(left instanceof Text ? "formatting with % is not supported" : unsuitable(left, right));
            default -> throw TemplateException.failed(unsuitable(left, right));
        };
    }

    private static String unsuitable(Value left, Value right) {
        return "this operator cannot be applied to " + Evaluator.typeName(left) + " and " + Evaluator.typeName(right);
    }

    private Value add(Value left, Value right) {
        if (left instanceof Text a && right instanceof Text b) {
            return a.isSafe() || b.isSafe() ? concat(escaped(a), escaped(b)).withSafe(true) : concat(a, b);
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.kind() == b.kind() && isListOrTuple(a)) {
            evaluator.budget().takeElements((long) a.items().size() + b.items().size());
            List<Value> items = new ArrayList<>(a.items());
            items.addAll(b.items());
            return new Sequence(a.kind(), items);
        }
        throw TemplateException.failed(unsuitable(left, right));
    }

    private Text escaped(Text text) {
        return text.isSafe() ? text : TextFilters.escape(evaluator, text);
    }

    Text concat(Text left, Text right) {
        var cells = evaluator.memory().allocate((long) left.length() + right.length());
        left.copyTo(cells, 0);
        right.copyTo(cells, left.length());
        return Text.of(cells, left.length() + right.length());
    }

    private Value repeat(Value value, int count) {
        long times = Math.max(0, count);
        if (value instanceof Text text) {
            evaluator.budget().requireOutput(times * text.length());
            var cells = evaluator.memory().allocate(times * text.length());
            for (long i = 0; i < times && !text.isEmpty(); i++) {
                text.copyTo(cells, i * text.length());
            }
            return Text.of(cells, Math.toIntExact(times * text.length())).withSafe(text.isSafe());
        }
        if (value instanceof Sequence sequence && isListOrTuple(sequence)) {
            evaluator.budget().takeElements(times * sequence.items().size());
            List<Value> items = new ArrayList<>();
            for (long i = 0; i < times && !sequence.items().isEmpty(); i++) {
                items.addAll(sequence.items());
            }
            return new Sequence(sequence.kind(), items);
        }
        throw TemplateException.failed(Evaluator.typeName(value) + " cannot be multiplied");
    }

    static boolean isListOrTuple(Sequence sequence) {
        return sequence.kind() == Sequence.Kind.LIST || sequence.kind() == Sequence.Kind.TUPLE;
    }

    /** Truth values count as 0 and 1. */
    static boolean isNumber(Value value) {
        return value instanceof Int || value instanceof Real || value instanceof Bool;
    }

    static boolean isWhole(Value value) {
        return value instanceof Int || value instanceof Bool;
    }

    static long whole(Value value) {
        return value instanceof Bool(boolean isTrue) ? (isTrue ? 1 : 0) : ((Int) value).value();
    }

    static double real(Value value) {
        return value instanceof Real(double number) ? number : whole(value);
    }

    /** A whole number that is not too large to count with. */
    static int requireInt(Value value) {
        Evaluator.requireDefined(value);
        if (!isWhole(value)) {
            throw TemplateException.failed("a whole number is expected, not " + Evaluator.typeName(value));
        }
        long number = whole(value);
        if (number != (int) number) {
            throw TemplateException.failed("a number is too large to count with");
        }
        return (int) number;
    }

    private static Value number(Operator operator, Value left, Value right) {
        try {
            return isWhole(left) && isWhole(right) ? whole(operator, whole(left), whole(right)) : real(operator, real(left), real(right));
        } catch (ArithmeticException e) {
            throw TemplateException.failed("a division by zero, or a whole number that leaves 64 bits");
        }
    }

    private static Value whole(Operator operator, long a, long b) {
        return switch (operator) {
            case ADD -> Value.of(Math.addExact(a, b));
            case SUBTRACT -> Value.of(Math.subtractExact(a, b));
            case MULTIPLY -> Value.of(Math.multiplyExact(a, b));
            case DIVIDE -> new Real((double) a / nonZero(b));
            case FLOOR_DIVIDE -> Value.of(b == -1 ? Math.negateExact(a) : Math.floorDiv(a, b));
            case MODULO -> Value.of(Math.floorMod(a, b));
            case POWER -> b < 0 ? new Real(Math.pow(nonZero(a), b)) : Value.of(power(a, b));
        };
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw new ArithmeticException();
        }
        return divisor;
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        if (base == -1) {
            return exponent % 2 == 0 ? 1 : -1;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base); // leaves 64 bits after 63 rounds at most
        }
        return result;
    }

    private static Value real(Operator operator, double a, double b) {
        return new Real(switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / nonZero(b);
            case FLOOR_DIVIDE -> Math.floor(a / nonZero(b));
            case MODULO -> floorMod(a, nonZero(b));
            case POWER -> Math.pow(a, b);
        });
    }

    /** With the sign of the divisor. */
    private static double floorMod(double a, double b) {
        double rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    static Value negate(Value value) {
        return number(Operator.SUBTRACT, value instanceof Real ? new Real(-0.0) : Value.of(0), requireNumber(value));
    }

    static Value plus(Value value) {
        return requireNumber(value) instanceof Bool ? Value.of(whole(value)) : value;
    }

    static Value requireNumber(Value value) {
        Evaluator.requireDefined(value);
        if (!isNumber(value)) {
            throw TemplateException.failed("a number is expected, not " + Evaluator.typeName(value));
        }
        return value;
    }

    boolean compare(Comparison comparison, Value left, Value right) {
        return switch (comparison) {
            case EQUAL -> equal(left, right);
            case NOT_EQUAL -> !equal(left, right);
            case LESS -> order(left, right) < 0 && areOrdered(left, right);
            case LESS_OR_EQUAL -> order(left, right) <= 0 && areOrdered(left, right);
            case GREATER -> order(left, right) > 0 && areOrdered(left, right);
            case GREATER_OR_EQUAL -> order(left, right) >= 0 && areOrdered(left, right);
            case IN -> contains(right, left);
            case NOT_IN -> !contains(right, left);
        };
    }

    /** What is no number is neither below nor above another. */
    private static boolean areOrdered(Value left, Value right) {
        return !isNan(left) && !isNan(right);
    }

    boolean equal(Value left, Value right) {
        evaluator.budget().enter();
        boolean equal = switch (left) {
            case Text a when right instanceof Text b -> {
                evaluator.budget().spend(Math.min(a.length(), b.length()));
                yield a.equals(b);
            }
            case Undefined _ -> right instanceof Undefined;
            case None _ -> right instanceof None;
            case Sequence a when right instanceof Sequence b -> a.kind() == b.kind() && equalItems(a.items(), b.items());
            case Dict a when right instanceof Dict b -> equalEntries(a.entries(), b.entries());
            // as in Python, it is the same object that counts, not how it looks: what the receiver holds could take forever to compare
            case Value.Method a when right instanceof Value.Method b -> a.receiver() == b.receiver() && a.builtin() == b.builtin();
            default -> isNumber(left) && isNumber(right) ? equalNumbers(left, right) : left == right;
        };
        evaluator.budget().leave();
        return equal;
    }

    private static boolean equalNumbers(Value left, Value right) {
        return areOrdered(left, right) && orderOfNumbers(left, right) == 0;
    }

    private static boolean isNan(Value value) {
        return value instanceof Real(double number) && Double.isNaN(number);
    }

    /** Exact, also between whole and floating-point numbers, which sorting relies on; what is no number comes last. */
    private static int orderOfNumbers(Value left, Value right) {
        if (isWhole(left)) {
            return isWhole(right) ? Long.compare(whole(left), whole(right)) : orderOfWholeAndReal(whole(left), real(right));
        }
        // the sum makes one zero of both
        return isWhole(right) ? -orderOfWholeAndReal(whole(right), real(left)) : Double.compare(real(left) + 0.0, real(right) + 0.0);
    }

    private static int orderOfWholeAndReal(long whole, double real) {
        if (Double.isNaN(real) || real >= 0x1p63) {
            return -1;
        }
        if (real < -0x1p63) {
            return 1;
        }
        long floor = (long) Math.floor(real);
        return whole != floor ? Long.compare(whole, floor) : floor < real ? -1 : 0;
    }

    private boolean equalItems(List<Value> left, List<Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean equalEntries(Map<Value, Value> left, Map<Value, Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (var entry : left.entrySet()) {
            Value other = right.get(evaluator.key(entry.getKey()));
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** Below, equal to, or above zero. */
    int order(Value left, Value right) {
        Evaluator.requireDefined(left);
        Evaluator.requireDefined(right);
        if (isNumber(left) && isNumber(right)) {
            return orderOfNumbers(left, right);
        }
        if (left instanceof Text a && right instanceof Text b) {
            evaluator.budget().spend(Math.min(a.length(), b.length()));
            return a.compareTo(b);
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.kind() == b.kind()) {
            return orderOfItems(a.items(), b.items());
        }
        throw TemplateException.failed(Evaluator.typeName(left) + " and " + Evaluator.typeName(right) + " have no order");
    }

    private int orderOfItems(List<Value> left, List<Value> right) {
        evaluator.budget().enter();
        int common = Math.min(left.size(), right.size());
        int order = Integer.compare(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            if (!equal(left.get(i), right.get(i))) {
                order = order(left.get(i), right.get(i));
                break;
            }
        }
        evaluator.budget().leave();
        return order;
    }

    boolean contains(Value container, Value value) {
        return switch (container) {
            case Text text -> text.indexOf(Evaluator.requireText(value), 0, evaluator.budget()) >= 0;
            case Dict dict -> dict.entries().containsKey(evaluator.key(value));
            case Sequence _, Value.Iterator _, Undefined _ -> evaluator.items(container).stream().anyMatch(item -> equal(item, value));
            default -> throw TemplateException.failed(Evaluator.typeName(container) + " contains nothing");
        };
    }
}
