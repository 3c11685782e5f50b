package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;

/**
 * BERT's WordPiece ({@code tokenizer.ggml.model = bert}).
 *
 * <p>A text is cleaned, folded and cut into words ({@link BertCharacters}, {@link Decomposition}); a word becomes the longest piece
 * that it begins with, then the longest that the rest begins with, and so on; one with a rest that no piece fits, or of more than
 * {@link #MAX_WORD_CHARACTERS}, is the unknown token as a whole. So there is no way back: decoding gives folded words with a space
 * before each. GGUF spells a piece that begins a word with U+2581 in front, and one that continues a word without anything.
 */
final class WordPieceTokenizer extends PieceTokenizer {
    /** As in BERT ({@code max_input_chars_per_word}); it also bounds the work for a word. */
    static final int MAX_WORD_CHARACTERS = 100;

    /** UTF-8 of U+2581. */
    private static final byte[] WORD_MARK = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final PieceTrie wordStarts;
    private final PieceTrie continuations;
    private final boolean lowercase;
    private final boolean stripAccents;

    private WordPieceTokenizer(Vocabulary v, SpecialTokens special, Pieces pieces) {
        super(v, special, pieces);
        if (special.unknown() == SpecialTokens.NONE) {
            throw v.fault(Vocabulary.UNKNOWN, "is missing; a WordPiece vocabulary cannot spell every text");
        }
        lowercase = v.flag(Vocabulary.LOWERCASE).orElse(true);
        stripAccents = v.flag(Vocabulary.STRIP_ACCENTS).orElse(lowercase);
        StringTable spellings = pieces.spellings();
        wordStarts = new PieceTrie(v, spellings, WORD_MARK.length, id -> isText(pieces, id) && beginsWord(spellings, id));
        continuations = new PieceTrie(v, spellings, 0, id -> isText(pieces, id) && !beginsWord(spellings, id));
    }

    /** Checks {@code v}; throws {@link dev.lockstep.loader.ModelFormatException} if it is no such vocabulary. */
    static WordPieceTokenizer of(Vocabulary v) {
        SpecialTokens special = SpecialTokens.ofWordPiece(v);
        return new WordPieceTokenizer(v, special, Pieces.of(v, special, WordPieceTokenizer::toText));
    }

    private static int toText(StringTable spellings, int id, TokenType type, byte[] out) {
        byte[] spelling = spellings.bytes(id);
        if (!beginsWord(spellings, id)) {
            System.arraycopy(spelling, 0, out, 0, spelling.length);
            return spelling.length;
        }
        int length = spelling.length - WORD_MARK.length;
        out[0] = ' ';
        System.arraycopy(spelling, WORD_MARK.length, out, 1, length);
        return 1 + length;
    }

    private static boolean beginsWord(StringTable spellings, int id) {
        return spellings.length(id) >= WORD_MARK.length
                && Arrays.equals(spellings.bytes(id), 0, WORD_MARK.length, WORD_MARK, 0, WORD_MARK.length);
    }

    private static boolean isText(Pieces pieces, int id) {
        return pieces.type(id) == TokenType.NORMAL || pieces.type(id) == TokenType.UNUSED;
    }

    /** Every word gets one, not just the first. */
    @Override
    public boolean addsSpacePrefix() {
        return true;
    }

    @Override
    StretchEncoder newEncoder(SegmentAllocator scratch) {
        return new Words(scratch.allocate(MAX_WORD_CHARACTERS * Utf8.MAX_LENGTH, 1));
    }

    /** Collects the characters of one word after the other. */
    private final class Words implements StretchEncoder {
        /** {@code (MAX_WORD_CHARACTERS * 4)}: UTF-8 of the word so far. */
        private final MemorySegment word;
        private int bytes;
        private int characters;
        private IdBuffer ids;

        Words(MemorySegment word) {
            this.word = word;
        }

        @Override
        public void encode(MemorySegment text, int start, int end, IdBuffer ids) {
            this.ids = ids;
            for (int at = start; at < end;) {
                int unit = Utf8.unit(text, at, end);
                accept(Utf8.codePoint(text, at, unit));
                at += unit;
            }
            finish();
        }

        private void accept(int c) {
            if (BertCharacters.isRemoved(c)) {
                return;
            }
            if (CharClass.of(c) == CharClass.BLANK) {
                finish();
            } else if (BertCharacters.isIdeograph(c)) {
                finish();
                decompose(c);
                finish();
            } else {
                decompose(c);
            }
        }

        private void decompose(int c) {
            int index = stripAccents ? Decomposition.indexOf(c) : -1;
            if (index < 0) {
                fold(c);
                return;
            }
            for (int i = 0; Decomposition.part(index, i) != 0; i++) {
                fold(Decomposition.part(index, i));
            }
        }

        private void fold(int c) {
            if (stripAccents && BertCharacters.isAccent(c)) {
                return;
            }
            int folded = lowercase ? Character.toLowerCase(c) : c;
            if (BertCharacters.isPunctuation(folded)) {
                finish();
                append(folded);
                finish();
            } else {
                append(folded);
            }
        }

        private void append(int c) {
            if (characters < MAX_WORD_CHARACTERS) {
                bytes += Utf8.write(c, word, bytes);
            }
            characters++;
        }

        private void finish() {
            if (characters > 0 && !(characters <= MAX_WORD_CHARACTERS && addPieces())) {
                ids.add(special().unknown());
            }
            bytes = 0;
            characters = 0;
        }

        /** Adds the pieces of the word, or nothing and returns false if there is a rest. */
        private boolean addPieces() {
            long before = ids.size();
            int at = 0;
            while (at < bytes) {
                long match = (at == 0 ? wordStarts : continuations).longest(word, at, bytes);
                if (match == PieceTrie.NONE) {
                    ids.truncate(before);
                    return false;
                }
                ids.add((int) match);
                at += (int) (match >>> 32);
            }
            return true;
        }
    }
}
