package dev.lockstep.models.internal.template;

/**
 * A word of a template.
 *
 * @param text the data or string without quotes and escapes; otherwise as written
 * @param at where it begins, in chars of the source
 */
record Token(Kind kind, String text, int at) {
    /** Kinds of words. */
    enum Kind { DATA, BLOCK_BEGIN, BLOCK_END, PRINT_BEGIN, PRINT_END, NAME, STRING, INTEGER, REAL, OPERATOR, END }

    boolean is(Kind kind, String text) {
        return this.kind == kind && this.text.equals(text);
    }

    boolean isOperator(String text) {
        return is(Kind.OPERATOR, text);
    }

    boolean isName(String text) {
        return is(Kind.NAME, text);
    }

    /** For messages. */
    String describe() {
        return switch (kind) {
            case DATA -> "text";
            case BLOCK_BEGIN -> "{%";
            case BLOCK_END -> "%}";
            case PRINT_BEGIN -> "{{";
            case PRINT_END -> "}}";
            case STRING -> "a string";
            case END -> "the end of the template";
            case NAME, INTEGER, REAL, OPERATOR -> "'" + text + "'";
        };
    }
}
