package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Methods of values. Those that would change a list or dictionary are known and refused when they are called, as in Jinja's sandbox. */
final class Methods {
    private static final Map<Text, Builtin> OF_DICTS = named(
            Builtin.of("get", "key default?", (evaluator, dict, given) -> {
                Value value = ((Dict) dict).entries().get(evaluator.key(given.get(0)));
                return value == null ? given.get(1, Value.NONE) : value;
            }),
            Builtin.of("items", "", (evaluator, dict, _) -> view(evaluator, ListFilters.entries(evaluator, (Dict) dict))),
            Builtin.of("keys", "", (evaluator, dict, _) -> view(evaluator, new ArrayList<>(((Dict) dict).entries().keySet()))),
            Builtin.of("values", "", (evaluator, dict, _) -> view(evaluator, new ArrayList<>(((Dict) dict).entries().values()))),
            Builtin.of("copy", "", (_, dict, _) -> dict),
            changing("pop"), changing("popitem"), changing("setdefault"), changing("update"), changing("clear"));

    private static final Map<Text, Builtin> OF_LISTS = named(
            Builtin.of("index", "value", (evaluator, list, given) -> {
                List<Value> items = ((Sequence) list).items();
                for (int i = 0; i < items.size(); i++) {
                    if (evaluator.operators().equal(items.get(i), given.get(0))) {
                        return Value.of((long) i);
                    }
                }
                throw TemplateException.failed("index: the list has no such item");
            }),
            Builtin.of("count", "value", (evaluator, list, given) -> Value.of(((Sequence) list).items().stream()
                    .filter(item -> evaluator.operators().equal(item, given.get(0))).count())),
            changing("append"), changing("extend"), changing("insert"), changing("remove"), changing("pop"), changing("clear"),
            changing("reverse"), changing("sort"));

    private static final Map<Text, Builtin> OF_TEXTS = named(TextMethods.TABLE.values().toArray(Builtin[]::new));

    /** Names of all methods, those of {@code loop} included. */
    private static final Map<Text, Boolean> KNOWN = Stream.concat(
            Stream.of(OF_DICTS, OF_LISTS, OF_TEXTS).flatMap(table -> table.keySet().stream()), Stream.of("cycle", "changed").map(Text::literal))
            .distinct().collect(Collectors.toMap(name -> name, _ -> true));

    private Methods() {
    }

    private static Map<Text, Builtin> named(Builtin... rows) {
        return Arrays.stream(rows).collect(Collectors.toMap(row -> Text.literal(row.name()), row -> row));
    }

    private static Builtin changing(String name) {
        return Builtin.of(name, "*", (_, _, _) -> {
            throw TemplateException.failed("the method " + name + "() would change a value; templates must not");
        });
    }

    private static Value view(Evaluator evaluator, List<Value> items) {
        evaluator.budget().takeElements(items.size());
        return new Sequence(Sequence.Kind.VIEW, items);
    }

    /** True if values of any type have such a method. */
    static boolean isKnown(Text name) {
        return KNOWN.containsKey(name);
    }

    /** For messages. */
    static String names() {
        return String.join(", ", KNOWN.keySet().stream().map(Text::withoutUserText).collect(Collectors.toCollection(TreeSet::new)));
    }

    static Optional<Builtin> find(Value receiver, Text name) {
        return Optional.ofNullable(switch (receiver) {
            case Dict _ -> OF_DICTS.get(name);
            case Sequence sequence when Operators.isListOrTuple(sequence) -> OF_LISTS.get(name);
            case Text _ -> OF_TEXTS.get(name);
            default -> null;
        });
    }
}
