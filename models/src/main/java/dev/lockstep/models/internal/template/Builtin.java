package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Expression.Arguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A filter, test, method or function of the language: a row of a table.
 *
 * @param parameters names of the arguments, in their order; the first {@code required} of them must be given
 * @param variadic whether it takes any number of further arguments, which are {@link Given#rest}
 */
record Builtin(String name, List<String> parameters, int required, boolean variadic, Body body) {
    /** What is costly about an item is charged where it is done; walking by is cheap. */
    private static final int ITEMS_PER_STEP = 8;

    /** What it does. */
    @FunctionalInterface
    interface Body {
        /** @param input what stands before the filter, the test, or the dot of the method; null for a function */
        Value apply(Evaluator evaluator, Value input, Given given);
    }

    /**
     * @param signature names with blanks between them; one that ends with {@code ?} may be left out, as may all after it, and {@code *}
     *     stands for any number of further ones
     */
    static Builtin of(String name, String signature, Body body) {
        List<String> words = Arrays.stream(signature.split(" ")).filter(word -> !word.isEmpty()).toList();
        boolean variadic = words.contains("*");
        List<String> parameters = words.stream().filter(word -> !word.equals("*")).map(word -> word.replace("?", "")).toList();
        int required = (int) words.stream().filter(word -> !word.endsWith("?") && !word.equals("*")).count();
        return new Builtin(name, parameters, required, variadic, body);
    }

    static Map<String, Builtin> table(Builtin... rows) {
        Map<String, Builtin> table = new LinkedHashMap<>();
        for (Builtin row : rows) {
            table.put(row.name, row);
        }
        return table;
    }

    /** For messages. */
    static String names(Map<String, ?> table) {
        return String.join(", ", table.keySet().stream().sorted().toList());
    }

    /** What is wrong with these arguments, whatever their values. */
    Optional<String> check(Arguments arguments) {
        return problem(arguments.positional().size(), arguments.named());
    }

    private Optional<String> problem(int positional, Map<String, ?> named) {
        if (positional > parameters.size() && !variadic) {
            return Optional.of(name + " takes " + parameters.size() + " arguments, not " + positional);
        }
        for (String argument : named.keySet()) {
            int index = parameters.indexOf(argument);
            if (index < 0 && !variadic || index >= 0 && index < positional) {
                return Optional.of(name + " does not take an argument " + argument + (index < 0 ? "" : " twice"));
            }
        }
        for (int i = positional; i < required; i++) {
            if (!named.containsKey(parameters.get(i))) {
                return Optional.of(name + " needs an argument " + parameters.get(i));
            }
        }
        return Optional.empty();
    }

    Value apply(Evaluator evaluator, Value input, List<Value> positional, Map<String, Value> named) {
        problem(positional.size(), named).ifPresent(problem -> {
            throw TemplateException.failed(problem);
        });
        evaluator.budget().enter();
        evaluator.budget().spend(length(input) + length(positional) + length(named.values()));
        Value[] values = new Value[parameters.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i < positional.size() ? positional.get(i) : named.get(parameters.get(i));
        }
        List<Value> rest = new ArrayList<>(positional.subList(Math.min(values.length, positional.size()), positional.size()));
        Map<String, Value> restNamed = new LinkedHashMap<>(named);
        parameters.forEach(restNamed::remove);
        Value result = body.apply(evaluator, input, new Given(values, rest, restNamed));
        evaluator.budget().leave();
        return result;
    }

    private static long length(Collection<Value> arguments) {
        return arguments.size() + arguments.stream().mapToLong(Builtin::length).sum();
    }

    /** Whatever is done with a text or a list, it is looked at from one end to the other. */
    private static long length(Value value) {
        return switch (value) {
            case Text text -> text.length();
            case Value.Sequence sequence -> sequence.items().size() / ITEMS_PER_STEP;
            case null, default -> 0;
        };
    }

    /**
     * The arguments of one call.
     *
     * @param values one for each parameter; null where none was given
     * @param rest further ones
     * @param restNamed further ones with names
     */
    record Given(Value[] values, List<Value> rest, Map<String, Value> restNamed) {
        Value get(int index, Value usual) {
            return values[index] == null ? usual : values[index];
        }

        Value get(int index) {
            return values[index];
        }

        boolean has(int index) {
            return values[index] != null;
        }

        /** Like {@link #has}, and not {@code none}. */
        boolean isSet(int index) {
            return has(index) && !(values[index] instanceof Value.None);
        }

        Text text(int index) {
            return Evaluator.requireText(values[index]);
        }

        int integer(int index, int usual) {
            return has(index) ? Operators.requireInt(values[index]) : usual;
        }
    }
}
