package dev.lockstep.loader.internal.gguf;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The name of a part of a split GGUF file: {@code PREFIX-00001-of-00003.gguf} (ggml-org/llama.cpp, llama_split_path).
 *
 * @param count of parts
 */
public record SplitName(String prefix, int count) {
    /** As many as have numbers of five digits and fit into the file's 16 bits. */
    public static final int MAX_COUNT = 65_535;

    private static final int DIGITS = 5;
    private static final String OF = "-of-";
    private static final String ENDING = ".gguf";

    /** Nothing for the name of a file that is no part of others, by its name. */
    public static Optional<SplitName> parse(String name) {
        int end = name.length() - ENDING.length();
        int count = end - DIGITS;
        int number = count - OF.length() - DIGITS;
        boolean matches = number > 1 && name.endsWith(ENDING) && isNumber(name.substring(count, end)) && name.startsWith(OF, count - OF.length())
                && isNumber(name.substring(number, number + DIGITS)) && name.charAt(number - 1) == '-';
        int parts = matches ? Integer.parseInt(name.substring(count, end)) : 0;
        return parts >= 1 && parts <= MAX_COUNT ? Optional.of(new SplitName(name.substring(0, number - 1), parts)) : Optional.empty();
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The number of a part as names have it. */
    public static String number(int number) {
        String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
    }

    /** The name of a part, counted from 1. */
    public String part(int number) {
        return prefix + '-' + number(number) + OF + number(count) + ENDING;
    }

    /** The names of all parts. */
    public List<String> all() {
        return IntStream.rangeClosed(1, count).mapToObj(this::part).toList();
    }
}
