package dev.lockstep.models.internal.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Python's {@code strftime}, with English names; a minus after the percent sign drops leading zeros. */
final class Strftime {
    private static final Map<Character, DateTimeFormatter> PATTERNS = Map.ofEntries(Map.entry('a', "EEE"), Map.entry('A', "EEEE"),
            Map.entry('b', "MMM"), Map.entry('h', "MMM"), Map.entry('B', "MMMM"), Map.entry('d', "dd"), Map.entry('e', "ppd"), Map.entry('m', "MM"),
            Map.entry('y', "yy"),            Map.entry('Y', "yyyy"), Map.entry('H', "HH"), Map.entry('I', "hh"), Map.entry('M', "mm"), Map.entry('S', "ss"), Map.entry('p', "a"),
            Map.entry('j', "DDD"), Map.entry('f', "SSSSSS"), Map.entry('F', "yyyy-MM-dd"), Map.entry('T', "HH:mm:ss"), Map.entry('D', "MM/dd/yy"),
            Map.entry('R', "HH:mm")).entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> DateTimeFormatter.ofPattern(entry.getValue(), Locale.ENGLISH)));

    private Strftime() {
    }

    static Text format(Evaluator evaluator, Text format) {
        TextBuilder out = evaluator.memory().builder();
        for (int i = 0; i < format.length(); i++) {
            if (format.codePoint(i) != '%') {
                out.append(format.cell(i));
                continue;
            }
            i++;
            boolean short0 = i < format.length() && format.codePoint(i) == '-';
            i += short0 ? 1 : 0;
            out.append(field(i < format.length() ? format.codePoint(i) : 0, evaluator.now(), short0));
        }
        return out.text();
    }

    private static String field(int directive, LocalDateTime now, boolean dropZeros) {
        if (directive == '%') {
            return "%";
        }
        DateTimeFormatter pattern = PATTERNS.get((char) directive);
        if (pattern == null) {
            throw TemplateException.failed("this directive of strftime_now is not supported; supported are "
                    + PATTERNS.keySet().stream().sorted().map(String::valueOf).collect(Collectors.joining(" ")));
        }
        String text = pattern.format(now);
        while (dropZeros && text.length() > 1 && text.startsWith("0")) {
            text = text.substring(1);
        }
        return text;
    }
}
