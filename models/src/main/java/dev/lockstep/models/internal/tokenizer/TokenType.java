package dev.lockstep.models.internal.tokenizer;

/** What a token is for. The file's numbers are 1 to 6 in this order. */
enum TokenType {
    /** A piece of text. */
    NORMAL,
    /** Stands for text that no other token can spell. */
    UNKNOWN,
    /** Structure, such as begin of text. Never made from text, never shown as text. */
    CONTROL,
    /** Text that is matched literally before anything else. */
    USER_DEFINED,
    /** A reserved place in the vocabulary. */
    UNUSED,
    /** One byte, spelled {@code <0x0A>}; never made from that spelling. */
    BYTE;

    private static final TokenType[] VALUES = values();

    /** The type with the file's {@code number}, or null. */
    static TokenType of(int number) {
        return number >= 1 && number <= VALUES.length ? VALUES[number - 1] : null;
    }

    static TokenType ofOrdinal(int ordinal) {
        return VALUES[ordinal];
    }
}
