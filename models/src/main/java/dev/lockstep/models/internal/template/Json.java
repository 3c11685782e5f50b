package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The filter {@code tojson} as transformers has it: Python's {@code json.dumps}, text not escaped for HTML. */
final class Json {
    /** Blanks of one level. */
    private static final int MAX_INDENT = 16;

    private final Evaluator evaluator;
    private final TextBuilder out;
    private final boolean asciiOnly;
    private final boolean sorted;
    /** Null for all in one line. */
    private final Text indent;
    private final Text itemSeparator;
    private final Text keySeparator;
    private int level;

    private Json(Evaluator evaluator, Builtin.Given given) {
        this.evaluator = evaluator;
        this.out = evaluator.memory().builder();
        this.asciiOnly = given.has(0) && Evaluator.isTrue(given.get(0));
        this.indent = given.isSet(1) ? indent(given.get(1)) : null;
        List<Value> separators = given.isSet(2) ? evaluator.items(given.get(2)) : usualSeparators();
        if (separators.size() != 2) {
            throw TemplateException.failed("tojson takes two separators");
        }
        this.itemSeparator = Evaluator.requireText(separators.get(0));
        this.keySeparator = Evaluator.requireText(separators.get(1));
        this.sorted = given.has(3) && Evaluator.isTrue(given.get(3));
    }

    static final Builtin TOJSON = Builtin.of("tojson", "ensure_ascii? indent? separators? sort_keys?", (evaluator, input, given) -> {
        var json = new Json(evaluator, given);
        json.value(input);
        return json.out.text();
    });

    private static Text indent(Value value) {
        if (value instanceof Text text) {
            return text;
        }
        int blanks = Math.max(0, Operators.requireInt(value));
        if (blanks > MAX_INDENT) {
            throw TemplateException.failed("tojson indents by " + MAX_INDENT + " at most");
        }
        return Text.literal(" ".repeat(blanks));
    }

    private List<Value> usualSeparators() {
        return List.of(Text.literal(indent == null ? ", " : ","), Text.literal(": "));
    }

    private void value(Value value) {
        evaluator.budget().enter();
        switch (value) {
            case Value.None _ -> out.append("null");
            case Value.Bool(boolean isTrue) -> out.append(isTrue ? "true" : "false");
            case Value.Int(long number) -> out.append(Long.toString(number));
            case Value.Real(double number) -> out.append(real(number));
            case Text text -> string(text);
            case Sequence sequence when Operators.isListOrTuple(sequence) -> list(sequence.items());
            case Dict dict -> dict(dict.entries());
            default -> {
                Evaluator.requireDefined(value);
                throw TemplateException.failed(Evaluator.typeName(value) + " of this kind cannot be written as JSON");
            }
        }
        evaluator.budget().leave();
    }

    private static String real(double number) {
        return Double.isNaN(number) ? "NaN" : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : Printer.real(number);
    }

    private void list(List<Value> items) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append("[");
        level++;
        for (int i = 0; i < items.size(); i++) {
            beginItem(i);
            value(items.get(i));
        }
        level--;
        breakLine();
        out.append("]");
    }

    private void dict(Map<Value, Value> entries) {
        if (entries.isEmpty()) {
            out.append("{}");
            return;
        }
        List<Value> keys = new ArrayList<>(entries.keySet());
        if (sorted) {
            evaluator.budget().takeElements(keys.size());
            keys.sort(evaluator.operators()::order);
        }
        out.append("{");
        level++;
        for (int i = 0; i < keys.size(); i++) {
            beginItem(i);
            key(keys.get(i));
            out.append(keySeparator);
            value(entries.get(keys.get(i)));
        }
        level--;
        breakLine();
        out.append("}");
    }

    private void beginItem(int index) {
        if (index > 0) {
            out.append(itemSeparator);
        }
        breakLine();
    }

    private void breakLine() {
        if (indent != null) {
            out.append("\n");
            for (int i = 0; i < level; i++) {
                out.append(indent);
            }
        }
    }

    private void key(Value key) {
        switch (key) {
            case Text text -> string(text);
            case Value.Int(long number) -> out.append("\"" + number + "\"");
            default -> out.append("\"null\"");
        }
    }

    private void string(Text text) {
        out.append("\"");
        for (int i = 0; i < text.length(); i++) {
            int cell = text.cell(i);
            int c = text.codePoint(i);
            if (c < ' ' || c == '"' || c == '\\' || asciiOnly && c > '~') {
                out.append(escape(c), cell & Text.USER);
            } else {
                out.append(cell);
            }
        }
        out.append("\"");
    }

    private static String escape(int c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> c < 0x10000 ? String.format("\\u%04x", c)
                    : String.format("\\u%04x\\u%04x", (int) Character.highSurrogate(c), (int) Character.lowSurrogate(c));
        };
    }
}
