package dev.lockstep.app.bench.report;

import java.util.Locale;

/** Numbers as people read them; the point is a point everywhere. */
final class Numbers {
    private static final double PERCENT = 100;

    private Numbers() {
    }

    static String whole(long value) {
        return String.format(Locale.ROOT, "%d", value);
    }

    static String whole(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    static String oneDigit(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    static String twoDigits(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", PERCENT * share);
    }
}
