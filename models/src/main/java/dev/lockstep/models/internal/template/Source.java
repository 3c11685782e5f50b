package dev.lockstep.models.internal.template;

/**
 * The source of a template, with {@code \n} for every line break, and without the one at its end.
 *
 * @param text the source; public, it is a part of the model
 */
record Source(String text) {
    /** Chars: several times the longest real template. */
    static final int MAX_CHARS = 1 << 20;

    static Source of(String text) {
        if (text.length() > MAX_CHARS) {
            throw new TemplateSyntaxException("line 1", "the template has " + text.length() + " characters, more than " + MAX_CHARS);
        }
        String lines = text.replace("\r\n", "\n").replace('\r', '\n');
        return new Source(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
    }

    /** A place, for people; both numbers begin with 1. */
    String position(int at) {
        int end = Math.min(at, text.length());
        long line = 1 + text.substring(0, end).chars().filter(c -> c == '\n').count();
        return "line " + line + ", column " + (end - text.lastIndexOf('\n', end - 1));
    }

    TemplateSyntaxException fault(int at, String problem) {
        return new TemplateSyntaxException(position(at), problem);
    }
}
