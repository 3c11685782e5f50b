package dev.lockstep.models.internal.template;

import java.util.List;
import java.util.Map;

/** An expression of a template, after parsing. */
sealed interface Expression {
    /** Where it begins, in chars of the source; for messages. */
    int at();

    record Literal(Value value, int at) implements Expression {
    }

    record Name(String name, int at) implements Expression {
    }

    /** {@code [a, b]} or {@code (a, b)}. */
    record SequenceLiteral(Value.Sequence.Kind kind, List<Expression> items, int at) implements Expression {
    }

    /** {@code {a: b}}. */
    record DictLiteral(List<Entry> entries, int at) implements Expression {
        record Entry(Expression key, Expression value) {
        }
    }

    /** {@code object.name}. */
    record Attribute(Expression object, Text name, int at) implements Expression {
    }

    /** {@code object[key]}. */
    record Subscript(Expression object, Expression key, int at) implements Expression {
    }

    /** {@code object[from:to:step]}; what is left out is null. */
    record Slice(Expression object, Expression from, Expression to, Expression step, int at) implements Expression {
    }

    record Call(Expression callee, Arguments arguments, int at) implements Expression {
    }

    /** {@code input|name(arguments)}. */
    record Filter(Expression input, Builtin filter, Arguments arguments, int at) implements Expression {
    }

    /** {@code input is name(arguments)}. */
    record Test(Expression input, Builtin test, Arguments arguments, int at) implements Expression {
    }

    record Not(Expression operand, int at) implements Expression {
    }

    record Negate(Expression operand, int at) implements Expression {
    }

    /** {@code +operand}. */
    record Plus(Expression operand, int at) implements Expression {
    }

    record And(Expression left, Expression right, int at) implements Expression {
    }

    record Or(Expression left, Expression right, int at) implements Expression {
    }

    record Binary(Operator operator, Expression left, Expression right, int at) implements Expression {
    }

    /** {@code a ~ b ~ c}. */
    record Concat(List<Expression> parts, int at) implements Expression {
    }

    /** {@code a < b <= c}. */
    record Compare(Expression first, List<Operand> operands, int at) implements Expression {
        record Operand(Comparison comparison, Expression expression) {
        }
    }

    /** {@code then if condition else otherwise}; without else, {@code otherwise} is null. */
    record Conditional(Expression condition, Expression then, Expression otherwise, int at) implements Expression {
    }

    /** What stands between the parentheses of a call. */
    record Arguments(List<Expression> positional, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }

    /** Arithmetic. */
    enum Operator { ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, MODULO, POWER }

    /** Comparisons. */
    enum Comparison { EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, NOT_IN }
}
