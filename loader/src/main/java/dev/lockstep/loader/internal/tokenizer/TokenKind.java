package dev.lockstep.loader.internal.tokenizer;

/** What GGUF calls the types of tokens, with their numbers. */
enum TokenKind {
    NORMAL(1), UNKNOWN(2), CONTROL(3), USER_DEFINED(4), UNUSED(5), BYTE(6);

    final int number;

    TokenKind(int number) {
        this.number = number;
    }

    /** The kind with GGUF's (and SentencePiece's) number, or null. */
    static TokenKind of(long number) {
        return number >= 1 && number <= values().length ? values()[(int) number - 1] : null;
    }
}
