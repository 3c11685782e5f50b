package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's way to spell any byte as a visible character: printable Latin-1 stands for itself, the others are U+0100,
 * U+0101, … in the order of their values; so a space is Ġ and a line feed is Ċ.
 */
final class ByteAlphabet {
    /** {@code (256)}: the character that spells a byte. */
    private static final char[] CHARACTERS = new char[256];

    /** {@code (highest character + 1)}: the byte that a character spells, or -1. */
    private static final short[] BYTES;

    static {
        int next = 0x100;
        for (int value = 0; value < CHARACTERS.length; value++) {
            CHARACTERS[value] = (char) (isVisible(value) ? value : next++);
        }
        BYTES = new short[next];
        Arrays.fill(BYTES, (short) -1);
        for (int value = 0; value < CHARACTERS.length; value++) {
            BYTES[CHARACTERS[value]] = (short) value;
        }
    }

    private ByteAlphabet() { }

    private static boolean isVisible(int value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
    }

    /** UTF-8 of the character that spells byte {@code value}. */
    static byte[] spelling(int value) {
        return String.valueOf(CHARACTERS[value]).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes the bytes that a token stands for. User-defined tokens, and ones with a character outside the alphabet,
     * stand for their own spelling.
     */
    static int toText(StringTable spellings, int id, TokenType type, byte[] out) {
        int length = type == TokenType.USER_DEFINED ? -1 : translate(spellings, id, out);
        if (length >= 0) {
            return length;
        }
        for (int i = 0; i < spellings.length(id); i++) {
            out[i] = spellings.byteAt(id, i);
        }
        return spellings.length(id);
    }

    /** True if a token is spelled in this alphabet. */
    static boolean covers(StringTable spellings, int id) {
        return translate(spellings, id, new byte[spellings.length(id)]) >= 0;
    }

    private static int translate(StringTable spellings, int id, byte[] out) {
        int length = 0;
        for (int i = 0; i < spellings.length(id); i++) {
            int character = spellings.byteAt(id, i) & 0xFF;
            if (character >= 0x80) {
                // the alphabet ends at U+0143: two bytes of UTF-8 are the most that can be right
                boolean twoBytes = (character & 0xE0) == 0xC0 && i + 1 < spellings.length(id);
                character = twoBytes ? (character & 0x1F) << 6 | spellings.byteAt(id, ++i) & 0x3F : BYTES.length;
            }
            if (character >= BYTES.length || BYTES[character] < 0) {
                return -1;
            }
            out[length++] = (byte) BYTES[character];
        }
        return length;
    }
}
