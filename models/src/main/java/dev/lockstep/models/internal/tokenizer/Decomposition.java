package dev.lockstep.models.internal.tokenizer;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * Unicode's canonical decomposition (NFD) of single characters, from the tables of the JDK. {@link Normalizer} itself works on heap
 * strings, which a text must not become.
 */
final class Decomposition {
    /** The first character with one. */
    static final int FIRST = 0xC0;

    /** The last character with a decomposition: a compatibility ideograph. */
    private static final int LAST = 0x2FA1D;

    /** No character has a longer one. */
    private static final int MAX_LENGTH = 4;

    /** {@code (characters with a decomposition)}, ascending. */
    private static final int[] CHARACTERS;

    /** {@code (characters with a decomposition, MAX_LENGTH)}: code points, 0 after the last. */
    private static final int[] PARTS;

    static {
        int[] characters = new int[LAST - FIRST + 1];
        int[] parts = new int[characters.length * MAX_LENGTH];
        int count = 0;
        for (int c = FIRST; c <= LAST; c++) {
            String whole = Character.toString(c);
            if (Character.isDefined(c) && !Normalizer.isNormalized(whole, Normalizer.Form.NFD)) {
                int[] decomposed = Normalizer.normalize(whole, Normalizer.Form.NFD).codePoints().toArray();
                System.arraycopy(decomposed, 0, parts, count * MAX_LENGTH, decomposed.length);
                characters[count++] = c;
            }
        }
        CHARACTERS = Arrays.copyOf(characters, count);
        PARTS = Arrays.copyOf(parts, count * MAX_LENGTH);
    }

    private Decomposition() { }

    /** Number of characters that have one. */
    static int size() {
        return CHARACTERS.length;
    }

    /** The character whose decomposition is at {@code index}. */
    static int character(int index) {
        return CHARACTERS[index];
    }

    /** Where {@link #part} finds the decomposition of {@code c}; negative if it is {@code c} itself. */
    static int indexOf(int c) {
        return c < FIRST || c > LAST ? -1 : Arrays.binarySearch(CHARACTERS, c);
    }

    /** Code point {@code position} of a decomposition, or 0 after its last. */
    static int part(int index, int position) {
        return position < MAX_LENGTH ? PARTS[index * MAX_LENGTH + position] : 0;
    }
}
