package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import dev.lockstep.models.internal.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Filters for lists and dictionaries. */
final class ListFilters {
    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("length", "", (_, value, _) -> Value.of((long) length(value))),
            Builtin.of("count", "", (_, value, _) -> Value.of((long) length(value))),
            Builtin.of("list", "", (evaluator, value, _) -> evaluator.list(new ArrayList<>(evaluator.items(value)))),
            Builtin.of("first", "", (evaluator, value, _) -> end(evaluator.items(value), true)),
            Builtin.of("last", "", (evaluator, value, _) -> end(evaluator.items(value), false)),
            Builtin.of("join", "d? attribute?", ListFilters::join),
            Builtin.of("items", "", (evaluator, value, _) -> evaluator.iterator(value instanceof Undefined ? List.of() : entries(evaluator, dict(value)))),
            Builtin.of("dictsort", "case_sensitive? by? reverse?", ListFilters::dictsort),
            Builtin.of("map", "*", ListFilters::map),
            Builtin.of("select", "*", (evaluator, value, given) -> filtered(evaluator, value, given, false, true)),
            Builtin.of("reject", "*", (evaluator, value, given) -> filtered(evaluator, value, given, false, false)),
            Builtin.of("selectattr", "*", (evaluator, value, given) -> filtered(evaluator, value, given, true, true)),
            Builtin.of("rejectattr", "*", (evaluator, value, given) -> filtered(evaluator, value, given, true, false)),
            Builtin.of("sort", "reverse? case_sensitive? attribute?", (evaluator, value, given) -> evaluator.list(
                    sorted(evaluator, evaluator.items(value), key(evaluator, given, 1, 2), isTrue(given, 0)))),
            Builtin.of("unique", "case_sensitive? attribute?", ListFilters::unique),
            Builtin.of("min", "case_sensitive? attribute?", (evaluator, value, given) -> extreme(evaluator, value, given, false)),
            Builtin.of("max", "case_sensitive? attribute?", (evaluator, value, given) -> extreme(evaluator, value, given, true)),
            Builtin.of("sum", "attribute? start?", ListFilters::sum),
            Builtin.of("reverse", "", ListFilters::reverse));

    private ListFilters() {
    }

    private static boolean isTrue(Builtin.Given given, int index) {
        return given.has(index) && Evaluator.isTrue(given.get(index));
    }

    static int length(Value value) {
        return switch (value) {
            case Text text -> text.length();
            case Sequence sequence -> sequence.items().size();
            case Dict dict -> dict.entries().size();
            case Undefined _ -> 0;
            default -> throw TemplateException.failed(Evaluator.typeName(value) + " of this kind has no length");
        };
    }

    private static Value end(List<Value> items, boolean first) {
        return items.isEmpty() ? new Undefined("an item of an empty list") : first ? items.getFirst() : items.getLast();
    }

    private static Dict dict(Value value) {
        if (value instanceof Dict dict) {
            return dict;
        }
        throw TemplateException.failed("a dictionary is expected, not " + Evaluator.typeName(value));
    }

    /** Pairs of key and value. */
    static List<Value> entries(Evaluator evaluator, Dict dict) {
        List<Value> pairs = new ArrayList<>();
        dict.entries().forEach((key, value) -> pairs.add(evaluator.tuple(List.of(key, value))));
        return pairs;
    }

    private static Value join(Evaluator evaluator, Value value, Builtin.Given given) {
        Text separator = evaluator.text(given.get(0, Text.EMPTY));
        TextBuilder out = evaluator.memory().builder();
        boolean more = false;
        for (Value item : evaluator.items(value)) {
            if (more) {
                out.append(separator);
            }
            out.append(evaluator.text(given.isSet(1) ? attribute(evaluator, item, given.get(1)) : item));
            more = true;
        }
        return out.text();
    }

    private static Value attribute(Evaluator evaluator, Value item, Value path) {
        return attribute(evaluator, item, path, null);
    }

    /**
     * {@code a.b.0}: names and indexes with dots between them.
     *
     * @param usual takes the place of whatever is not there on the way; null for nothing
     */
    private static Value attribute(Evaluator evaluator, Value item, Value path, Value usual) {
        if (!(path instanceof Text text)) {
            return evaluator.access().subscript(item, path);
        }
        evaluator.budget().spend(text.length());
        Value value = item;
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.codePoint(i) == '.') {
                Text name = text.slice(begin, i);
                Long index = name.isEmpty() || !Character.isDigit(name.codePoint(0)) ? null : Numbers.whole(name);
                value = evaluator.access().subscript(value, index == null ? name : Value.of(index));
                value = value instanceof Undefined && usual != null ? usual : value;
                begin = i + 1;
            }
        }
        return value;
    }

    private static Value map(Evaluator evaluator, Value value, Builtin.Given given) {
        Value attribute = given.restNamed().get("attribute");
        List<Value> mapped = new ArrayList<>();
        if (given.rest().isEmpty() && attribute != null) {
            Value usual = given.restNamed().get("default");
            for (Value item : itemsIfTrue(evaluator, value)) {
                mapped.add(attribute(evaluator, item, attribute, usual));
            }
        } else {
            Builtin filter = row(Filters.TABLE, "filter", given.rest());
            for (Value item : itemsIfTrue(evaluator, value)) {
                evaluator.budget().spend(1);
                mapped.add(filter.apply(evaluator, item, given.rest().subList(1, given.rest().size()), given.restNamed()));
            }
        }
        return evaluator.iterator(mapped);
    }

    /** Some filters of Jinja take what counts as false, none included, for an empty list. */
    private static List<Value> itemsIfTrue(Evaluator evaluator, Value value) {
        return Evaluator.isTrue(value) ? evaluator.items(value) : List.of();
    }

    /** The row that the first argument names. */
    private static Builtin row(Map<String, Builtin> table, String kind, List<Value> arguments) {
        if (arguments.isEmpty()) {
            throw TemplateException.failed("the name of a " + kind + " is missing");
        }
        String name = Evaluator.requireText(arguments.getFirst()).forMessage();
        Builtin row = table.get(name);
        if (row == null) {
            throw TemplateException.failed("the " + kind + " " + name + " is not supported; supported are " + Builtin.names(table));
        }
        return row;
    }

    private static Value filtered(Evaluator evaluator, Value value, Builtin.Given given, boolean byAttribute, boolean wanted) {
        List<Value> arguments = given.rest();
        if (byAttribute && arguments.isEmpty()) {
            throw TemplateException.failed("the name of an attribute is missing");
        }
        List<Value> test = byAttribute ? arguments.subList(1, arguments.size()) : arguments;
        Builtin row = test.isEmpty() ? null : row(Tests.TABLE, "test", test);
        List<Value> kept = new ArrayList<>();
        for (Value item : itemsIfTrue(evaluator, value)) {
            evaluator.budget().spend(1);
            Value tested = byAttribute ? attribute(evaluator, item, arguments.getFirst()) : item;
            boolean passes = Evaluator.isTrue(row == null ? tested : row.apply(evaluator, tested, test.subList(1, test.size()), given.restNamed()));
            if (passes == wanted) {
                kept.add(item);
            }
        }
        return evaluator.iterator(kept);
    }

    /** What of an item is compared. */
    @FunctionalInterface
    private interface Key {
        Value of(Value item);
    }

    private static Key key(Evaluator evaluator, Builtin.Given given, int caseSensitive, int attribute) {
        Value path = given.isSet(attribute) ? given.get(attribute) : null;
        return item -> folded(evaluator, path == null ? item : attribute(evaluator, item, path), isTrue(given, caseSensitive));
    }

    private static Value folded(Evaluator evaluator, Value value, boolean caseSensitive) {
        return !caseSensitive && value instanceof Text text ? TextFilters.lower(evaluator, text) : value;
    }

    /** Stable, also in reverse. */
    private static List<Value> sorted(Evaluator evaluator, List<Value> items, Key key, boolean reverse) {
        record Keyed(Value key, Value item) {
        }
        Comparator<Keyed> order = (a, b) -> {
            evaluator.budget().spend(1);
            return evaluator.operators().order(a.key(), b.key());
        };
        List<Keyed> keyed = new ArrayList<>(items.stream().map(item -> new Keyed(key.of(item), item)).toList());
        keyed.sort(reverse ? order.reversed() : order);
        return keyed.stream().map(Keyed::item).toList();
    }

    private static Value dictsort(Evaluator evaluator, Value value, Builtin.Given given) {
        int position = !given.has(1) || given.text(1).equals(Text.literal("key")) ? 0 : 1;
        Key key = pair -> folded(evaluator, ((Sequence) pair).items().get(position), isTrue(given, 0));
        return evaluator.list(sorted(evaluator, entries(evaluator, dict(value)), key, isTrue(given, 2)));
    }

    private static Value unique(Evaluator evaluator, Value value, Builtin.Given given) {
        Key key = key(evaluator, given, 0, 1);
        List<Value> seen = new ArrayList<>();
        List<Value> unique = new ArrayList<>();
        for (Value item : evaluator.items(value)) {
            Value found = key.of(item);
            if (seen.stream().noneMatch(other -> evaluator.operators().equal(other, found))) {
                seen.add(found);
                unique.add(item);
            }
        }
        return evaluator.iterator(unique);
    }

    private static Value extreme(Evaluator evaluator, Value value, Builtin.Given given, boolean largest) {
        Key key = key(evaluator, given, 0, 1);
        Value best = null;
        for (Value item : evaluator.items(value)) {
            int order = best == null ? 0 : evaluator.operators().order(key.of(item), key.of(best));
            if (best == null || (largest ? order > 0 : order < 0)) {
                best = item;
            }
        }
        return best == null ? new Undefined("an item of an empty list") : best;
    }

    private static Value sum(Evaluator evaluator, Value value, Builtin.Given given) {
        Value sum = given.get(1, Value.of(0));
        for (Value item : evaluator.items(value)) {
            Value term = given.isSet(0) ? attribute(evaluator, item, given.get(0)) : item;
            sum = evaluator.operators().apply(Expression.Operator.ADD, sum, term);
        }
        return sum;
    }

    private static Value reverse(Evaluator evaluator, Value value, Builtin.Given given) {
        if (value instanceof Text text) {
            TextBuilder out = evaluator.memory().builder();
            for (int i = text.length() - 1; i >= 0; i--) {
                out.append(text.cell(i));
            }
            return out.text();
        }
        return evaluator.iterator(new ArrayList<>(evaluator.items(value)).reversed());
    }
}
