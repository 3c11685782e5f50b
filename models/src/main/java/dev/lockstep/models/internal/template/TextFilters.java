package dev.lockstep.models.internal.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Filters that make texts of texts, and what methods of texts share with them. */
final class TextFilters {
    private static final int SIGMA = 'Σ';

    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("trim", "chars?", (evaluator, value, given) -> strip(evaluator, evaluator.text(value), given, true, true)),
            Builtin.of("lower", "", (evaluator, value, _) -> lower(evaluator, evaluator.text(value))),
            Builtin.of("upper", "", (evaluator, value, _) -> upper(evaluator, evaluator.text(value))),
            Builtin.of("capitalize", "", (evaluator, value, _) -> capitalize(evaluator, evaluator.text(value))),
            Builtin.of("title", "", (evaluator, value, _) -> title(evaluator, evaluator.text(value), TextFilters::beginsWordOfFilter)),
            Builtin.of("replace", "old new count?", (evaluator, value, given) -> replace(evaluator, evaluator.text(value),
                    evaluator.text(given.get(0)), evaluator.text(given.get(1)), given.isSet(2) ? given.integer(2, -1) : -1)),
            Builtin.of("indent", "width? first? blank?", TextFilters::indent),
            Builtin.of("safe", "", (evaluator, value, _) -> evaluator.text(value).withSafe(true)),
            escaping("escape"), escaping("e"));

    /** Characters whose upper case is more than one, and those. A table, so that no character of a user becomes a String. */
    private static final Map<Integer, int[]> LONG_UPPER = several(text -> text.toUpperCase(Locale.ROOT));
    private static final Map<Integer, int[]> LONG_LOWER = several(text -> text.toLowerCase(Locale.ROOT));

    private TextFilters() {
    }

    /** Unicode has them in the basic plane only. */
    private static Map<Integer, int[]> several(UnaryOperator<String> mapping) {
        return IntStream.range(0, Character.MIN_SUPPLEMENTARY_CODE_POINT).filter(Character::isLetter).boxed()
                .filter(c -> mapping.apply(Character.toString(c)).length() > 1)
                .collect(Collectors.toMap(c -> c, c -> mapping.apply(Character.toString(c)).codePoints().toArray()));
    }

    private static Builtin escaping(String name) {
        return Builtin.of(name, "", (evaluator, value, _) -> {
            Text text = evaluator.text(value);
            return (text.isSafe() ? text : escape(evaluator, text)).withSafe(true);
        });
    }

    /** Escapes what has a meaning in HTML, as Markup does. */
    static Text escape(Evaluator evaluator, Text text) {
        TextBuilder out = evaluator.memory().builder();
        for (int i = 0; i < text.length(); i++) {
            int mark = text.cell(i) & Text.USER;
            switch (text.codePoint(i)) {
                case '&' -> out.append("&amp;", mark);
                case '<' -> out.append("&lt;", mark);
                case '>' -> out.append("&gt;", mark);
                case '"' -> out.append("&#34;", mark);
                case '\'' -> out.append("&#39;", mark);
                default -> out.append(text.cell(i));
            }
        }
        return out.text();
    }

    static Text strip(Evaluator evaluator, Text text, Builtin.Given given, boolean left, boolean right) {
        Text chars = given.isSet(0) ? given.text(0) : null;
        evaluator.budget().spend(chars == null ? 0 : (long) chars.length() * text.length());
        return strip(text, chars, left, right);
    }

    /** @param chars what to take away; null for white space */
    static Text strip(Text text, Text chars, boolean left, boolean right) {
        int begin = 0;
        int end = text.length();
        while (left && begin < end && isStripped(text.codePoint(begin), chars)) {
            begin++;
        }
        while (right && end > begin && isStripped(text.codePoint(end - 1), chars)) {
            end--;
        }
        return text.slice(begin, end);
    }

    private static boolean isStripped(int c, Text chars) {
        return chars == null ? Characters.isSpace(c) : chars.contains(c);
    }

    static Text lower(Evaluator evaluator, Text text) {
        TextBuilder out = evaluator.memory().builder();
        for (int i = 0; i < text.length(); i++) {
            if (text.codePoint(i) == SIGMA && endsWord(text, i)) {
                out.append('ς' | text.cell(i) & Text.USER);
            } else {
                mapped(text.cell(i), false, out);
            }
        }
        return out.text().withSafe(text.isSafe());
    }

    /** A letter before it, and none behind it: the final sigma of Unicode, table 3-17. */
    private static boolean endsWord(Text text, int index) {
        int before = index - 1;
        while (before >= 0 && isIgnored(text.codePoint(before))) {
            before--;
        }
        int after = index + 1;
        while (after < text.length() && isIgnored(text.codePoint(after))) {
            after++;
        }
        return before >= 0 && isCased(text.codePoint(before)) && (after == text.length() || !isCased(text.codePoint(after)));
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    private static boolean isIgnored(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT, Character.MODIFIER_LETTER, Character.MODIFIER_SYMBOL -> true;
            default -> c == '\'' || c == '.' || c == ':' || c == '\u00B7' || c == '\u2019';
        };
    }

    static Text upper(Evaluator evaluator, Text text) {
        TextBuilder out = evaluator.memory().builder();
        for (int i = 0; i < text.length(); i++) {
            mapped(text.cell(i), true, out);
        }
        return out.text().withSafe(text.isSafe());
    }

    /** Some characters become two or three. */
    private static void mapped(int cell, boolean upper, TextBuilder out) {
        int c = cell & Text.CODE_POINT;
        int mark = cell & Text.USER;
        int[] several = (upper ? LONG_UPPER : LONG_LOWER).get(c);
        if (several == null) {
            out.append((upper ? Character.toUpperCase(c) : Character.toLowerCase(c)) | mark);
        } else {
            for (int each : several) {
                out.append(each | mark);
            }
        }
    }

    static Text capitalize(Evaluator evaluator, Text text) {
        return title(evaluator, text, (_, index) -> index == 0);
    }

    /** Where a word begins. */
    @FunctionalInterface
    interface WordStart {
        boolean beginsAt(Text text, int index);
    }

    /** The filter splits at blanks, hyphens and opening brackets. */
    private static boolean beginsWordOfFilter(Text text, int index) {
        int before = index == 0 ? ' ' : text.codePoint(index - 1);
        return Characters.isSpace(before) || "-({[<".indexOf(before) >= 0;
    }

    /** The method splits at everything that is no letter. */
    static boolean beginsWordOfMethod(Text text, int index) {
        return index == 0 || !isCased(text.codePoint(index - 1));
    }

    static Text title(Evaluator evaluator, Text text, WordStart words) {
        TextBuilder out = evaluator.memory().builder();
        Text lower = lower(evaluator, text);
        boolean sameLength = lower.length() == text.length();
        for (int i = 0; i < text.length(); i++) {
            int c = text.codePoint(i);
            if (!words.beginsAt(text, i)) {
                mapped(sameLength ? lower.cell(i) : text.cell(i), false, out);
            } else if (Character.toTitleCase(c) == c && LONG_UPPER.containsKey(c)) {
                throw TemplateException.failed("a character whose upper case is more than one cannot begin a title");
            } else {
                out.append(Character.toTitleCase(c) | text.cell(i) & Text.USER);
            }
        }
        return out.text().withSafe(text.isSafe());
    }

    /** @param count how many at most; negative for all */
    static Text replace(Evaluator evaluator, Text text, Text old, Text replacement, int count) {
        requirePlain(text, old, replacement);
        if (old.isEmpty()) {
            throw TemplateException.failed("replacing an empty string is not supported");
        }
        TextBuilder out = evaluator.memory().builder();
        int from = 0;
        int left = count;
        for (int at = text.indexOf(old, 0, evaluator.budget()); at >= 0 && left != 0; at = text.indexOf(old, from, evaluator.budget())) {
            out.append(text.slice(from, at)).append(replacement);
            from = at + old.length();
            left--;
        }
        return out.append(text.slice(from, text.length())).text();
    }

    /** Escaped strings escape what they are combined with; that is supported for + only. */
    static void requirePlain(Text... texts) {
        for (Text text : texts) {
            if (text.isSafe()) {
                throw TemplateException.failed("this is not supported for strings that went through the filter safe");
            }
        }
    }

    private static Value indent(Evaluator evaluator, Value value, Builtin.Given given) {
        Text text = evaluator.text(value);
        Text indent = given.has(0) && given.get(0) instanceof Text t ? t : Text.literal(" ".repeat(Math.clamp(given.integer(0, 4), 0, 1000)));
        requirePlain(text, indent);
        boolean first = given.has(1) && Evaluator.isTrue(given.get(1));
        boolean blank = given.has(2) && Evaluator.isTrue(given.get(2));
        TextBuilder out = evaluator.memory().builder();
        List<Text> lines = TextMethods.lines(text, false);
        if (text.isEmpty() || Characters.isLineBreak(text.codePoint(text.length() - 1))) {
            lines.add(Text.EMPTY);
        }
        for (int i = 0; i < lines.size(); i++) {
            boolean indented = i == 0 ? first : blank || !lines.get(i).isEmpty();
            out.append(i == 0 ? "" : "\n").append(indented ? indent : Text.EMPTY).append(lines.get(i));
        }
        return out.text();
    }
}
