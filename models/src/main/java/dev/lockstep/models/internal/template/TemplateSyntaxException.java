package dev.lockstep.models.internal.template;

/** A template that does not follow the language, or uses a part of it that is not supported. */
public final class TemplateSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param position where, for people: {@code line 3, column 7} */
    TemplateSyntaxException(String position, String problem) {
        super(position + ": " + problem);
    }
}
