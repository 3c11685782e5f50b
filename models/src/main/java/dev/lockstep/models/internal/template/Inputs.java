package dev.lockstep.models.internal.template;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns what callers pass, the values that JSON has, into values of a template: maps, lists, strings, numbers, truth values, null, and memory
 * segments of UTF-8, which are text that need not be on the heap. All text is marked as a user's, but for
 * {@link Rendering.Markup}.
 */
final class Inputs {
    /** Lists and maps inside of one another: what the interpreter prints within its own limit of depth. */
    private static final int MAX_DEPTH = 64;

    private final TextMemory memory;

    private Inputs(TextMemory memory) {
        this.memory = memory;
    }

    /**
     * Characters and elements of a value, rounded up: before anything is copied.
     *
     * @throws IllegalArgumentException if it holds what JSON does not have, or is nested too deep
     */
    static long size(Object value) {
        return size(value, 0);
    }

    private static long size(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("a variable of the template is nested more than " + MAX_DEPTH + " deep");
        }
        return 1 + switch (value) {
            case null -> 0;
            case Boolean _, Number _ -> 0;
            case String text -> text.length();
            case MemorySegment utf8 -> utf8.byteSize();
            case Rendering.Markup(String text) -> text.length();
            case List<?> list -> list.stream().mapToLong(item -> size(item, depth + 1)).sum();
            case Map<?, ?> map -> map.entrySet().stream().mapToLong(entry -> key(entry.getKey()).length() + size(entry.getValue(), depth + 1)).sum();
            default -> throw new IllegalArgumentException("a variable of the template is of type " + value.getClass().getName()
                    + "; supported are maps, lists, strings, numbers, booleans, null and segments of UTF-8");
        };
    }

    private static String key(Object key) {
        if (key instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("a map in a variable of the template has a key that is no string");
    }

    /** @param value one that {@link #size} went through */
    static Value value(Object value, TextMemory memory) {
        return new Inputs(memory).value(value);
    }

    private Value value(Object value) {
        return switch (value) {
            case null -> Value.NONE;
            case Boolean bool -> Value.of(bool);
            case Double number -> new Value.Real(number);
            case Float number -> new Value.Real(number);
            case Long number -> Value.of(number);
            case Number number -> whole(number);
            case String text -> text(text);
            case MemorySegment utf8 -> text(utf8);
            case Rendering.Markup(String text) -> Text.literal(text);
            case List<?> list -> list(list);
            case Map<?, ?> map -> map(map);
            default -> throw new IllegalStateException("not measured before");
        };
    }

    private static Value whole(Number number) {
        return switch (number) {
            case Integer _, Short _, Byte _ -> Value.of(number.longValue());
            case java.math.BigInteger big when big.bitLength() < Long.SIZE -> Value.of(big.longValue());
            case java.math.BigDecimal decimal -> new Value.Real(decimal.doubleValue());
            default -> throw new IllegalArgumentException("a number in a variable of the template has more than 64 bits, or is of another type than JSON's");
        };
    }

    private Value list(List<?> list) {
        memory.budget().takeElements(list.size());
        List<Value> items = new ArrayList<>(list.size());
        list.forEach(item -> items.add(value(item)));
        return Value.Sequence.list(items);
    }

    private Value map(Map<?, ?> map) {
        memory.budget().takeElements(map.size());
        Map<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, item) -> entries.put(text((String) key), value(item)));
        return new Value.Dict(entries);
    }

    private Text text(String text) {
        int length = text.codePointCount(0, text.length());
        MemorySegment cells = memory.allocate(length);
        int at = 0;
        for (int i = 0; i < length; i++) {
            int c = text.codePointAt(at);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException("a text has an unpaired surrogate at index " + at);
            }
            cells.setAtIndex(ValueLayout.JAVA_INT, i, c | Text.USER);
            at += Character.charCount(c);
        }
        return Text.of(cells, length);
    }

    private Text text(MemorySegment utf8) {
        MemorySegment cells = memory.allocate(Utf8Cells.count(utf8));
        return Text.of(cells, Utf8Cells.decode(utf8, cells, Text.USER));
    }
}
