package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;

/**
 * Cuts a text before merging, if that makes no difference to the result: where no piece has a space behind another character, nothing is
 * ever merged across the begin of a word, a word being spaces and what follows them up to the next space. Short words merge faster than a
 * whole text.
 */
final class SpacedWords {
    private final boolean cuts;

    /** @param merged which pieces may come out of merging */
    SpacedWords(Pieces pieces, IntPredicate merged) {
        boolean cuts = true;
        for (int id = 0; id < pieces.size() && cuts; id++) {
            cuts = !(merged.test(id) && goesOnBehindAWord(pieces.texts(), id));
        }
        this.cuts = cuts;
    }

    private static boolean goesOnBehindAWord(StringTable texts, int id) {
        for (int i = 1; i < texts.length(id); i++) {
            if (texts.byteAt(id, i) == ' ' && texts.byteAt(id, i - 1) != ' ') {
                return true;
            }
        }
        return false;
    }

    /** One past the word that begins at {@code start}; {@code end} if the text must not be cut. */
    int wordEnd(MemorySegment text, int start, int end) {
        if (!cuts) {
            return end;
        }
        int at = start;
        while (at < end && PieceTokenizer.byteAt(text, at) == ' ') {
            at++;
        }
        while (at < end && PieceTokenizer.byteAt(text, at) != ' ') {
            at++;
        }
        return at;
    }
}
