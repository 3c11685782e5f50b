package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Expression.Arguments;
import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import dev.lockstep.models.internal.template.Value.Undefined;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Computes expressions, and is what filters, tests, methods and functions work with. One rendering, one thread. */
final class Evaluator {
    private final TextMemory memory;
    private final Budget budget;
    private final LocalDateTime now;
    private final MacroCall macros;
    private final Operators operators = new Operators(this);
    private final Access access = new Access(this);
    private final Printer printer = new Printer(this);
    /** What was looked at last, in chars of the source; for messages. */
    private int at;

    /** Runs macros, which are made of statements. */
    @FunctionalInterface
    interface MacroCall {
        Value call(Value.Macro macro, List<Value> positional, Map<String, Value> named);
    }

    Evaluator(TextMemory memory, LocalDateTime now, MacroCall macros) {
        this.memory = memory;
        this.budget = memory.budget();
        this.now = now;
        this.macros = macros;
    }

    TextMemory memory() {
        return memory;
    }

    Budget budget() {
        return budget;
    }

    Operators operators() {
        return operators;
    }

    Access access() {
        return access;
    }

    Printer printer() {
        return printer;
    }

    /** Local time of the rendering. */
    LocalDateTime now() {
        return now;
    }

    int at() {
        return at;
    }

    Value evaluate(Expression expression, Scope scope) {
        budget.enter();
        at = expression.at();
        Value value = switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> variable(name.name(), scope);
            case Expression.SequenceLiteral literal -> new Sequence(literal.kind(), all(literal.items(), scope));
            case Expression.DictLiteral literal -> dict(literal, scope);
            case Expression.Attribute attribute -> access.attribute(evaluate(attribute.object(), scope), attribute.name());
            case Expression.Subscript subscript -> access.subscript(evaluate(subscript.object(), scope), evaluate(subscript.key(), scope));
            case Expression.Slice slice -> access.slice(evaluate(slice.object(), scope), optional(slice.from(), scope),
                    optional(slice.to(), scope), optional(slice.step(), scope));
            case Expression.Call call -> call(evaluate(call.callee(), scope), all(call.arguments().positional(), scope),
                    named(call.arguments(), scope));
            case Expression.Filter filter -> apply(filter.filter(), evaluate(filter.input(), scope), filter.arguments(), scope);
            case Expression.Test test -> apply(test.test(), evaluate(test.input(), scope), test.arguments(), scope);
            case Expression.Not not -> Value.of(!isTrue(evaluate(not.operand(), scope)));
            case Expression.Negate negate -> Operators.negate(evaluate(negate.operand(), scope));
            case Expression.Plus plus -> Operators.plus(evaluate(plus.operand(), scope));
            case Expression.And and -> {
                Value left = evaluate(and.left(), scope);
                yield isTrue(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Value left = evaluate(or.left(), scope);
                yield isTrue(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Binary binary ->
                    operators.apply(binary.operator(), evaluate(binary.left(), scope), evaluate(binary.right(), scope));
            case Expression.Concat concat -> concat(concat, scope);
            case Expression.Compare compare -> compare(compare, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
        };
        budget.leave();
        return value;
    }

    /** Null for null. */
    private Value optional(Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    private Value variable(String name, Scope scope) {
        budget.spend(scope.depth());
        Value value = scope.find(name);
        return value == null ? Undefined.named(name) : value;
    }

    private List<Value> all(Collection<Expression> expressions, Scope scope) {
        budget.takeElements(expressions.size());
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Map<String, Value> named(Arguments arguments, Scope scope) {
        budget.takeElements(arguments.named().size());
        Map<String, Value> values = new LinkedHashMap<>();
        arguments.named().forEach((name, expression) -> values.put(name, evaluate(expression, scope)));
        return values;
    }

    private Value dict(Expression.DictLiteral literal, Scope scope) {
        budget.takeElements(literal.entries().size());
        Map<Value, Value> entries = new LinkedHashMap<>();
        for (var entry : literal.entries()) {
            entries.put(key(evaluate(entry.key(), scope)), evaluate(entry.value(), scope));
        }
        return new Dict(entries);
    }

    private Value apply(Builtin builtin, Value input, Arguments arguments, Scope scope) {
        return builtin.apply(this, input, all(arguments.positional(), scope), named(arguments, scope));
    }

    private Value concat(Expression.Concat concat, Scope scope) {
        var builder = memory.builder();
        for (Expression part : concat.parts()) {
            builder.append(text(evaluate(part, scope)));
        }
        return builder.text();
    }

    private Value compare(Expression.Compare compare, Scope scope) {
        Value left = evaluate(compare.first(), scope);
        for (var operand : compare.operands()) {
            Value right = evaluate(operand.expression(), scope);
            if (!operators.compare(operand.comparison(), left, right)) {
                return Value.FALSE;
            }
            left = right;
        }
        return Value.TRUE;
    }

    private Value conditional(Expression.Conditional conditional, Scope scope) {
        if (isTrue(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        return conditional.otherwise() == null ? new Undefined("the value of an if without else") : evaluate(conditional.otherwise(), scope);
    }

    /** Calls what can be called. */
    Value call(Value callee, List<Value> positional, Map<String, Value> named) {
        requireDefined(callee);
        return switch (callee) {
            case Value.Macro macro -> macros.call(macro, positional, named);
            case Value.Function function -> function.builtin().apply(this, null, positional, named);
            case Value.Method method -> method.builtin().apply(this, method.receiver(), positional, named);
            default -> throw TemplateException.failed(typeName(callee) + " cannot be called");
        };
    }

    /** The text that printing gives. */
    Text text(Value value) {
        return printer.text(value);
    }

    /** A value that can be the key of a dictionary. */
    Value key(Value value) {
        return switch (value) {
            case Text text -> {
                budget.spend(text.length());
                yield text;
            }
            case Value.Int number -> number;
            case Value.None none -> none;
            case Value.Bool bool -> Value.of(Operators.whole(bool));
            default -> throw TemplateException.failed(typeName(value) + " cannot be the key of a dictionary");
        };
    }

    /** Items of anything that can be looped over: characters of a text, keys of a dictionary. */
    List<Value> items(Value value) {
        return switch (value) {
            case Sequence sequence -> sequence.items();
            case Value.Iterator iterator -> iterator.take();
            case Dict dict -> {
                budget.takeElements(dict.entries().size());
                yield List.copyOf(dict.entries().keySet());
            }
            case Undefined _ -> List.of();
            case Text text -> {
                budget.takeElements(text.length());
                List<Value> characters = new ArrayList<>(text.length());
                for (int i = 0; i < text.length(); i++) {
                    characters.add(text.slice(i, i + 1));
                }
                yield characters;
            }
            default -> throw TemplateException.failed(typeName(value) + " cannot be looped over");
        };
    }

    Sequence list(List<Value> items) {
        budget.takeElements(items.size());
        return Sequence.list(items);
    }

    Sequence tuple(List<Value> items) {
        budget.takeElements(items.size());
        return new Sequence(Sequence.Kind.TUPLE, items);
    }

    Value.Iterator iterator(List<Value> items) {
        budget.takeElements(items.size());
        return new Value.Iterator(items);
    }

    static boolean isTrue(Value value) {
        return switch (value) {
            case Value.Bool bool -> bool.value();
            case Value.Int number -> number.value() != 0;
            case Value.Real number -> number.value() != 0;
            case Text text -> !text.isEmpty();
            case Sequence sequence -> !sequence.items().isEmpty();
            case Dict dict -> !dict.entries().isEmpty();
            case Undefined _, Value.None _ -> false;
            case Value.Iterator _, Value.Namespace _, Value.Loop _, Value.Callable _ -> true;
        };
    }

    static void requireDefined(Value value) {
        if (value instanceof Undefined(Supplier<String> what)) {
            throw TemplateException.failed(what.get() + " is undefined");
        }
    }

    static Text requireText(Value value) {
        requireDefined(value);
        if (value instanceof Text text) {
            return text;
        }
        throw TemplateException.failed("a string is expected, not " + typeName(value));
    }

    /** For messages. */
    static String typeName(Value value) {
        return switch (value) {
            case Text _ -> "a string";
            case Value.Bool _ -> "true or false";
            case Value.Int _, Value.Real _ -> "a number";
            case Value.None _ -> "none";
            case Undefined _ -> "an undefined value";
            case Sequence _, Value.Iterator _ -> "a list";
            case Dict _ -> "a dictionary";
            case Value.Namespace _ -> "a namespace";
            case Value.Loop _ -> "loop";
            case Value.Callable _ -> "a function";
        };
    }
}
