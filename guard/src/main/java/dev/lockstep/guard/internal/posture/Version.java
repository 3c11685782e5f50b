package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.posture.UnseenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The numbers at the beginning of a version: {@code 6.8.0-49-generic} is 6, 8, 0.
 *
 * @param numbers at least one
 */
record Version(List<Integer> numbers) {
    private static final int MAX_DIGITS = 9;

    static Version parse(String text, String where) throws UnseenException {
        var numbers = new ArrayList<Integer>();
        int at = 0;
        do {
            int end = at;
            while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                end++;
            }
            if (end == at || end - at > MAX_DIGITS) {
                break;
            }
            numbers.add(Integer.valueOf(text.substring(at, end)));
            at = end + 1;
        } while (at < text.length() && text.charAt(at - 1) == '.');
        if (numbers.isEmpty()) {
            throw new UnseenException(where + " is no version: " + text);
        }
        return new Version(numbers);
    }

    /** Whether the version that was found will do; any does if none is demanded. */
    static Finding atLeast(String found, Optional<String> minimum, String where) throws UnseenException {
        Version version = parse(found, where);
        if (minimum.isEmpty()) {
            return Finding.pass(where + " is " + found + "; no minimum is demanded");
        }
        boolean isEnough = version.compareTo(parse(minimum.get(), "the minimum")) >= 0;
        return Finding.of(isEnough, where + " is " + found + ", the minimum " + minimum.get());
    }

    /** For systems whose versions have nothing to do with those that a minimum is about. */
    static Finding ofOtherKind(String found, Optional<String> minimum, String where) throws UnseenException {
        parse(found, where);
        return minimum.isEmpty() ? Finding.pass(where + " is " + found + "; no minimum is demanded")
                : Finding.unknown(where + " is " + found + ", and the minimum " + minimum.get() + " is one of Linux");
    }

    /** Missing numbers are 0. */
    private int compareTo(Version other) {
        for (int i = 0; i < Math.max(numbers.size(), other.numbers.size()); i++) {
            int order = Integer.compare(number(i), other.number(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private int number(int index) {
        return index < numbers.size() ? numbers.get(index) : 0;
    }
}
