package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * The words that are one token, and that merging would make that token: most words of a text need no merging. It is a fact of the
 * vocabulary, found out once when a tokenizer is made; what was looked up in a text is not remembered anywhere.
 *
 * <p>Only the first short words of ASCII: vocabularies begin with what is most frequent, and merging every piece of a large one would
 * take longer than a prompt ever saves.
 */
final class KnownWords {
    /** In bytes. */
    private static final int MAX_LENGTH = 20;

    /** So many words are tried; it takes some 20 ms. */
    private static final int MAX_WORDS = 1 << 14;

    /** Cuts a word into its smallest symbols. */
    @FunctionalInterface
    interface Symbols {
        void add(MemorySegment text, int start, int end, Merger merger);
    }

    private KnownWords() { }

    /** The index of those pieces that {@code candidates} accepts. */
    static PieceIndex of(Pieces pieces, Merger.Pairs pairs, Symbols symbols, IntPredicate candidates) {
        StringTable texts = pieces.texts();
        try (var arena = Arena.ofShared()) {
            // one kind of memory at a call site: what merges text is off heap
            MemorySegment word = arena.allocate(MAX_LENGTH);
            var merger = new Merger(arena, pairs);
            BitSet known = new BitSet();
            int tried = 0;
            for (int id = 0; id < texts.size() && tried < MAX_WORDS; id++) {
                if (candidates.test(id) && isShortAscii(texts, id)) {
                    tried++;
                    known.set(id, id == merged(texts, id, word, merger, symbols));
                }
            }
            return new PieceIndex(texts, known::get);
        }
    }

    private static boolean isShortAscii(StringTable texts, int id) {
        if (texts.length(id) == 0 || texts.length(id) > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < texts.length(id); i++) {
            if (texts.byteAt(id, i) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The one token that a piece's text becomes, or -1. */
    private static int merged(StringTable texts, int id, MemorySegment word, Merger merger, Symbols symbols) {
        int length = texts.length(id);
        for (int i = 0; i < length; i++) {
            word.set(JAVA_BYTE, i, texts.byteAt(id, i));
        }
        merger.begin(word, 0, length);
        symbols.add(word, 0, length, merger);
        merger.run();
        return merger.lengthAt(0) == length ? merger.idAt(0) : SpecialTokens.NONE;
    }
}
