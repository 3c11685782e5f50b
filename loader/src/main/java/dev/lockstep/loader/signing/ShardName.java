package dev.lockstep.loader.signing;

import java.util.Optional;

/**
 * The name of a shard: {@code path:start:end}, where the path may have colons of its own.
 *
 * @param path canonical name of the file
 * @param start first byte
 * @param end byte behind the last
 */
record ShardName(String path, long start, long end) {
    /** Digits of the largest number that fits into a long, less one: no overflow, and no file is larger. */
    private static final int MAX_DIGITS = 18;

    /** Reads a name whose numbers are written as everybody writes them: no signs, no zeros in front. */
    static Optional<ShardName> parse(String name) {
        int second = name.lastIndexOf(':');
        int first = second < 0 ? -1 : name.lastIndexOf(':', second - 1);
        if (first < 0 || !isNumber(name.substring(first + 1, second)) || !isNumber(name.substring(second + 1))) {
            return Optional.empty();
        }
        return Optional.of(new ShardName(name.substring(0, first), Long.parseLong(name.substring(first + 1, second)),
                Long.parseLong(name.substring(second + 1))));
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
    }

    @Override
    public String toString() {
        return path + ':' + start + ':' + end;
    }
}
