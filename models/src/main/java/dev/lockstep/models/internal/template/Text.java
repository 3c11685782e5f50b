package dev.lockstep.models.internal.template;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * A string of a rendering: a sequence of cells, each a code point and a mark that tells whether the template wrote it or a user.
 * Whatever is made of a text takes the cells along, so the mark survives trimming, slicing, joining and the like.
 *
 * <p>Immutable. What a template says lies on the heap (it is the model's, and public); all else in the memory of the rendering, and
 * is valid as long as that is. Equality and order are those of the code points; marks do not count.
 */
final class Text implements Value, Comparable<Text> {
    /** Mark of a cell that a user wrote. */
    static final int USER = 1 << 30;
    static final int CODE_POINT = 0x1FFFFF;
    /** The longest stretch of a template that a message repeats, in characters. */
    private static final int MAX_MESSAGE = 1000;
    static final Text EMPTY = new Text(MemorySegment.ofArray(new int[0]), 0, 0, false);

    /** int32, shape (at least from + length). */
    private final MemorySegment cells;
    private final long from;
    private final int length;
    private final boolean safe;

    private Text(MemorySegment cells, long from, int length, boolean safe) {
        this.cells = cells;
        this.from = from;
        this.length = length;
        this.safe = safe;
    }

    /** A view of the first {@code length} cells, which nobody changes any more. */
    static Text of(MemorySegment cells, int length) {
        return new Text(cells, 0, length, false);
    }

    /** Text of a template, of this program, or anything else that is no secret. */
    static Text literal(String text) {
        return new Text(MemorySegment.ofArray(text.codePoints().toArray()), 0, text.codePointCount(0, text.length()), false);
    }

    /** Code points. */
    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Code point and mark. */
    int cell(int index) {
        return cells.getAtIndex(JAVA_INT, from + index);
    }

    int codePoint(int index) {
        return cell(index) & CODE_POINT;
    }

    /** A view of the cells from {@code start} to before {@code end}. */
    Text slice(int start, int end) {
        return new Text(cells, from + start, end - start, safe);
    }

    /** True if it counts as escaped already: adding other text to it escapes that, as Python's Markup does. */
    boolean isSafe() {
        return safe;
    }

    Text withSafe(boolean safe) {
        return new Text(cells, from, length, safe);
    }

    void copyTo(MemorySegment target, long index) {
        MemorySegment.copy(cells, JAVA_INT, from * Integer.BYTES, target, JAVA_INT, index * Integer.BYTES, length);
    }

    /** True if {@code other} is found at {@code index}. */
    boolean matches(int index, Text other) {
        if (other.length > length - index) {
            return false;
        }
        for (int i = 0; i < other.length; i++) {
            if (codePoint(index + i) != other.codePoint(i)) {
                return false;
            }
        }
        return true;
    }

    /** First place of {@code other} from {@code start} on, or -1. Pays for what it compares. */
    int indexOf(Text other, int start, Budget budget) {
        for (int i = start; i <= length - other.length; i++) {
            budget.spend(1 + other.length / 8);
            if (matches(i, other)) {
                return i;
            }
        }
        return -1;
    }

    /** Last place of {@code other}, or -1. */
    int lastIndexOf(Text other, Budget budget) {
        for (int i = length - other.length; i >= 0; i--) {
            budget.spend(1 + other.length / 8);
            if (matches(i, other)) {
                return i;
            }
        }
        return -1;
    }

    boolean contains(int codePoint) {
        for (int i = 0; i < length; i++) {
            if (codePoint(i) == codePoint) {
                return true;
            }
        }
        return false;
    }

    /** Like {@link #withoutUserText}, for messages: not too long, and without what could steer a terminal. */
    String forMessage() {
        String text = slice(0, Math.min(length, MAX_MESSAGE)).withoutUserText();
        var message = new StringBuilder();
        text.codePoints().map(c -> Characters.isPrintable(c) ? c : ' ').forEach(message::appendCodePoint);
        return message.toString();
    }

    /** What the template wrote of it: the rest becomes an ellipsis. */
    String withoutUserText() {
        var text = new StringBuilder();
        boolean omitted = false;
        for (int i = 0; i < length; i++) {
            boolean user = (cell(i) & USER) != 0;
            if (!user) {
                text.appendCodePoint(codePoint(i));
            } else if (!omitted) {
                text.append("...");
            }
            omitted = user;
        }
        return text.toString();
    }

    @Override
    public int compareTo(Text other) {
        int common = Math.min(length, other.length);
        for (int i = 0; i < common; i++) {
            int order = Integer.compare(codePoint(i), other.codePoint(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(length, other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.length == length && matches(0, text);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + codePoint(i);
        }
        return hash;
    }

    /** Never the text: this ends up in logs. */
    @Override
    public String toString() {
        return "Text[" + length + " characters]";
    }
}
