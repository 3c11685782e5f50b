package dev.lockstep.app;

/** Text from a model file, made harmless for a terminal. */
final class Printable {
    private Printable() {
    }

    /** Replaces what could move a cursor or reorder a line by its code. */
    static String text(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> safe.append(String.format("\\u%04x", c));
                default -> safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }
}
