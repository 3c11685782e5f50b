package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Sequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Methods of strings, as in Python. */
final class TextMethods {
    static final Map<String, Builtin> TABLE = Builtin.table(
            strip("strip", true, true), strip("lstrip", true, false), strip("rstrip", false, true),
            Builtin.of("lower", "", (evaluator, value, _) -> TextFilters.lower(evaluator, (Text) value)),
            Builtin.of("upper", "", (evaluator, value, _) -> TextFilters.upper(evaluator, (Text) value)),
            Builtin.of("capitalize", "", (evaluator, value, _) -> TextFilters.capitalize(evaluator, (Text) value)),
            Builtin.of("title", "", (evaluator, value, _) -> TextFilters.title(evaluator, (Text) value, TextFilters::beginsWordOfMethod)),
            Builtin.of("startswith", "prefix", (evaluator, value, given) -> Value.of(matchesAny(evaluator, (Text) value, given.get(0), true))),
            Builtin.of("endswith", "suffix", (evaluator, value, given) -> Value.of(matchesAny(evaluator, (Text) value, given.get(0), false))),
            Builtin.of("split", "sep? maxsplit?", (evaluator, value, given) -> split(evaluator, (Text) value, given, false)),
            Builtin.of("rsplit", "sep? maxsplit?", (evaluator, value, given) -> split(evaluator, (Text) value, given, true)),
            Builtin.of("splitlines", "keepends?", TextMethods::splitLines),
            Builtin.of("partition", "sep", (evaluator, value, given) -> partition(evaluator, (Text) value, given.text(0), false)),
            Builtin.of("rpartition", "sep", (evaluator, value, given) -> partition(evaluator, (Text) value, given.text(0), true)),
            Builtin.of("replace", "old new count?", (evaluator, value, given) -> TextFilters.replace(evaluator, (Text) value, given.text(0),
                    given.text(1), given.integer(2, -1))),
            Builtin.of("removeprefix", "prefix", (_, value, given) -> removed((Text) value, given.text(0), true)),
            Builtin.of("removesuffix", "suffix", (_, value, given) -> removed((Text) value, given.text(0), false)),
            Builtin.of("join", "iterable", TextMethods::join),
            Builtin.of("find", "sub start?", (evaluator, value, given) -> Value.of((long) find(evaluator, (Text) value, given))),
            Builtin.of("rfind", "sub", (evaluator, value, given) -> Value.of((long) ((Text) value).lastIndexOf(given.text(0), evaluator.budget()))),
            Builtin.of("index", "sub start?", (evaluator, value, given) -> {
                int index = find(evaluator, (Text) value, given);
                if (index < 0) {
                    throw TemplateException.failed("index: the string does not hold the other");
                }
                return Value.of((long) index);
            }),
            Builtin.of("count", "sub", TextMethods::count),
            all("isspace", Characters::isSpace), all("isdigit", Character::isDigit), all("isalpha", Character::isLetter),
            all("isalnum", Character::isLetterOrDigit));

    private TextMethods() {
    }

    private static Builtin strip(String name, boolean left, boolean right) {
        return Builtin.of(name, "chars?", (evaluator, value, given) -> TextFilters.strip(evaluator, (Text) value, given, left, right));
    }

    private static Builtin all(String name, IntPredicate test) {
        return Builtin.of(name, "", (_, value, _) -> {
            Text text = (Text) value;
            for (int i = 0; i < text.length(); i++) {
                if (!test.test(text.codePoint(i))) {
                    return Value.FALSE;
                }
            }
            return Value.of(!text.isEmpty());
        });
    }

    private static boolean matchesAny(Evaluator evaluator, Text text, Value affix, boolean atStart) {
        if (affix instanceof Sequence tuple && tuple.kind() == Sequence.Kind.TUPLE) {
            return tuple.items().stream().anyMatch(each -> {
                Text one = Evaluator.requireText(each);
                evaluator.budget().spend(1L + one.length());
                return matches(text, one, atStart);
            });
        }
        return matches(text, Evaluator.requireText(affix), atStart);
    }

    private static boolean matches(Text text, Text affix, boolean atStart) {
        return affix.length() <= text.length() && text.matches(atStart ? 0 : text.length() - affix.length(), affix);
    }

    private static Text removed(Text text, Text affix, boolean atStart) {
        if (!matches(text, affix, atStart)) {
            return text;
        }
        return atStart ? text.slice(affix.length(), text.length()) : text.slice(0, text.length() - affix.length());
    }

    private static Value split(Evaluator evaluator, Text text, Builtin.Given given, boolean fromEnd) {
        TextFilters.requirePlain(text);
        int most = given.integer(1, -1);
        List<Value> parts;
        if (given.isSet(0)) {
            parts = splitAt(evaluator, text, nonEmpty(given.text(0)), most, fromEnd);
        } else if (fromEnd) {
            throw TemplateException.failed("rsplit without a separator is not supported");
        } else {
            parts = splitAtSpace(text, most);
        }
        return evaluator.list(parts);
    }

    private static Text nonEmpty(Text separator) {
        if (separator.isEmpty()) {
            throw TemplateException.failed("an empty separator");
        }
        return separator;
    }

    private static List<Value> splitAt(Evaluator evaluator, Text text, Text separator, int most, boolean fromEnd) {
        List<Value> parts = new ArrayList<>();
        Text rest = text;
        for (int left = most; left != 0; left--) {
            int at = fromEnd ? rest.lastIndexOf(separator, evaluator.budget()) : rest.indexOf(separator, 0, evaluator.budget());
            if (at < 0) {
                break;
            }
            Text before = rest.slice(0, at);
            Text after = rest.slice(at + separator.length(), rest.length());
            parts.add(fromEnd ? after : before);
            rest = fromEnd ? before : after;
        }
        parts.add(rest);
        if (fromEnd) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private static List<Value> splitAtSpace(Text text, int most) {
        List<Value> parts = new ArrayList<>();
        int left = most;
        int at = 0;
        while (true) {
            while (at < text.length() && Characters.isSpace(text.codePoint(at))) {
                at++;
            }
            if (at == text.length()) {
                return parts;
            }
            int begin = at;
            while (at < text.length() && (left == 0 || !Characters.isSpace(text.codePoint(at)))) {
                at++;
            }
            parts.add(text.slice(begin, at));
            left--;
        }
    }

    private static Value splitLines(Evaluator evaluator, Value value, Builtin.Given given) {
        TextFilters.requirePlain((Text) value);
        return evaluator.list(new ArrayList<>(lines((Text) value, given.has(0) && Evaluator.isTrue(given.get(0)))));
    }

    /** @param keep whether a line has its line break with it */
    static List<Text> lines(Text text, boolean keep) {
        List<Text> lines = new ArrayList<>();
        int begin = 0;
        while (begin < text.length()) {
            int end = begin;
            while (end < text.length() && !Characters.isLineBreak(text.codePoint(end))) {
                end++;
            }
            int next = Math.min(text.length(), end + (text.matches(end, Text.literal("\r\n")) ? 2 : 1));
            lines.add(text.slice(begin, keep ? next : end));
            begin = next;
        }
        return lines;
    }

    private static Value partition(Evaluator evaluator, Text text, Text separator, boolean last) {
        TextFilters.requirePlain(text);
        nonEmpty(separator);
        int at = last ? text.lastIndexOf(separator, evaluator.budget()) : text.indexOf(separator, 0, evaluator.budget());
        if (at < 0) {
            return evaluator.tuple(last ? List.of(Text.EMPTY, Text.EMPTY, text) : List.of(text, Text.EMPTY, Text.EMPTY));
        }
        return evaluator.tuple(List.of(text.slice(0, at), separator, text.slice(at + separator.length(), text.length())));
    }

    private static Value join(Evaluator evaluator, Value separator, Builtin.Given given) {
        TextBuilder out = evaluator.memory().builder();
        boolean more = false;
        for (Value item : evaluator.items(given.get(0))) {
            Text text = Evaluator.requireText(item);
            TextFilters.requirePlain((Text) separator, text);
            if (more) {
                out.append((Text) separator);
            }
            out.append(text);
            more = true;
        }
        return out.text();
    }

    private static int find(Evaluator evaluator, Text text, Builtin.Given given) {
        long start = given.integer(1, 0);
        int from = (int) Math.max(0, start < 0 ? start + text.length() : Math.min(start, text.length() + 1L));
        return text.indexOf(given.text(0), from, evaluator.budget());
    }

    private static Value count(Evaluator evaluator, Value value, Builtin.Given given) {
        Text text = (Text) value;
        Text sub = nonEmpty(given.text(0));
        long count = 0;
        for (int at = text.indexOf(sub, 0, evaluator.budget()); at >= 0; at = text.indexOf(sub, at + sub.length(), evaluator.budget())) {
            count++;
        }
        return Value.of(count);
    }
}
