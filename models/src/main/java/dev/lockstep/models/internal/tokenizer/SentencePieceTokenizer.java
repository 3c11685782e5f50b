package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.StringTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * SentencePiece's byte pair encoding ({@code tokenizer.ggml.model = llama}).
 *
 * <p>Symbols are characters; two neighbours are joined if together they spell a piece, the piece with the highest score
 * first. A vocabulary that comes from a {@code tokenizer.json} has merges instead, whose order is exact. A character that is no piece becomes its bytes' tokens, and the unknown token where a byte has none.
 *
 * <p>The vocabulary spells a space as U+2581. Here its pieces are read with spaces, once, instead of rewriting every
 * text; so a U+2581 that a text really contains is no space, becomes its bytes, and comes back as it was (as in
 * llama2.c; llama.cpp and SentencePiece make it a space). Pieces spelled with a plain space are never made by joining,
 * as in all of them.
 */
final class SentencePieceTokenizer extends PieceTokenizer {
    /** What spells a space in a vocabulary. */
    static final int SPACE_MARK_CHARACTER = 0x2581;

    /** UTF-8 of it. */
    private static final byte[] SPACE_MARK = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final SpacePrefix spacePrefix;
    private final boolean mergeSpaces;
    private final CharsMap charsMap;
    private final PieceIndex index;

    /** By score, or by merges where a file has some. */
    private final Merger.Pairs pairs;

    private final SpacedWords words;
    private final PieceIndex knownWords;

    /** {@code (256)}: id of each byte's token, or -1. */
    private final int[] byteTokens;

    private SentencePieceTokenizer(Vocabulary v, SpecialTokens special, Pieces pieces) {
        super(v, special, pieces);
        spacePrefix = SpacePrefix.of(v, true);
        mergeSpaces = v.flag(Vocabulary.REMOVE_EXTRA_WHITESPACES).orElse(false);
        charsMap = CharsMap.of(v, v.numbers(Vocabulary.CHARS_MAP));
        index = new PieceIndex(pieces.texts(), id -> isJoined(pieces, id));
        pairs = v.merges().size() == 0 ? new ScoredPieces(v, index)
                : new MergeTable(v, new PieceIndex(pieces.spellings(), id -> isMerged(pieces, id)));
        byteTokens = pieces.byteTokens();
        requireEveryTextCanBeSpelled(v);
        words = new SpacedWords(pieces, id -> isMerged(pieces, id));
        knownWords = KnownWords.of(pieces, pairs, this::addSymbols, id -> isJoined(pieces, id));
    }

    /** Checks {@code v}; throws {@link dev.lockstep.loader.ModelFormatException} if it is no such vocabulary. */
    static SentencePieceTokenizer of(Vocabulary v) {
        SpecialTokens special = SpecialTokens.ofSentencePiece(v);
        return new SentencePieceTokenizer(v, special, Pieces.of(v, special, SentencePieceTokenizer::toText));
    }

    /** The text of a piece: its spelling with spaces for their marks. */
    static int toText(StringTable spellings, int id, TokenType type, byte[] out) {
        int length = 0;
        for (int i = 0; i < spellings.length(id); i++) {
            if (isSpaceMark(spellings, id, i)) {
                out[length++] = ' ';
                i += SPACE_MARK.length - 1;
            } else {
                out[length++] = spellings.byteAt(id, i);
            }
        }
        return length;
    }

    private static boolean isSpaceMark(StringTable spellings, int id, int position) {
        if (position + SPACE_MARK.length > spellings.length(id)) {
            return false;
        }
        for (int i = 0; i < SPACE_MARK.length; i++) {
            if (spellings.byteAt(id, position + i) != SPACE_MARK[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isJoined(Pieces pieces, int id) {
        return switch (pieces.type(id)) {
            case NORMAL, UNUSED -> !containsPlainSpace(pieces.spellings(), id);
            case UNKNOWN, CONTROL, USER_DEFINED, BYTE -> false;
        };
    }

    /** What merges may make: user-defined tokens too, since some vocabularies give that type to a token that merges make. */
    private static boolean isMerged(Pieces pieces, int id) {
        return isJoined(pieces, id) || pieces.type(id) == TokenType.USER_DEFINED;
    }

    private static boolean containsPlainSpace(StringTable spellings, int id) {
        for (int i = 0; i < spellings.length(id); i++) {
            if (spellings.byteAt(id, i) == ' ') {
                return true;
            }
        }
        return false;
    }

    private void requireEveryTextCanBeSpelled(Vocabulary v) {
        for (int value = 0; value < byteTokens.length; value++) {
            if (byteTokens[value] == SpecialTokens.NONE && !hasUnknown()) {
                throw v.fault(Vocabulary.TOKENS,
                        String.format("no token for byte 0x%02X and no unknown token to stand for it", value));
            }
        }
    }

    /** The unknown token may be typed as control, but one that begins or ends a text must not come out of it. */
    private boolean hasUnknown() {
        return special().unknown() != SpecialTokens.NONE && !special().isBoundary(special().unknown());
    }

    @Override
    public boolean addsSpacePrefix() {
        return spacePrefix.put();
    }

    @Override
    StretchEncoder newEncoder(SegmentAllocator scratch) {
        var merger = new Merger(scratch, pairs);
        if (charsMap == null && !mergeSpaces) {
            return (text, start, end, ids) -> encodeWords(text, withPrefix(text, start), end, merger, ids);
        }
        var normalizer = new SentencePieceNormalizer(charsMap, spacePrefix, mergeSpaces, scratch);
        return (text, start, end, ids) -> {
            MemorySegment normalized = normalizer.normalize(text, start, end);
            encodeWords(normalized, 0, normalizer.size(), merger, ids);
        };
    }

    /** Puts the space in front if there is to be one, and returns where the stretch begins then. */
    private int withPrefix(MemorySegment text, int start) {
        if (!spacePrefix.isPut(text, start)) {
            return start;
        }
        text.set(JAVA_BYTE, start - 1, (byte) ' ');
        return start - 1;
    }

    private void encodeWords(MemorySegment text, int first, int end, Merger merger, IdBuffer ids) {
        for (int at = first; at < end;) {
            int next = words.wordEnd(text, at, end);
            int word = knownWords.find(text, at, next - at);
            if (word != PieceIndex.NONE) {
                ids.add(word);
            } else {
                encodeWord(text, at, next, merger, ids);
            }
            at = next;
        }
    }

    private void addSymbols(MemorySegment text, int first, int end, Merger merger) {
        for (int at = first; at < end;) {
            int length = Utf8.unit(text, at, end);
            merger.add(length, index.find(text, at, length));
            at += length;
        }
    }

    private void encodeWord(MemorySegment text, int first, int end, Merger merger, IdBuffer ids) {
        merger.begin(text, first, end - first);
        addSymbols(text, first, end, merger);
        merger.run();
        for (int at = 0; at < merger.end(); at += merger.lengthAt(at)) {
            if (merger.idAt(at) >= 0) {
                ids.add(merger.idAt(at));
            } else {
                addBytes(text, first + at, merger.lengthAt(at), ids);
            }
        }
    }

    private void addBytes(MemorySegment text, int at, int length, IdBuffer ids) {
        for (int i = 0; i < length; i++) {
            if (byteTokens[byteAt(text, at + i)] == SpecialTokens.NONE) {
                ids.add(special().unknown());
                return;
            }
        }
        for (int i = 0; i < length; i++) {
            ids.add(byteTokens[byteAt(text, at + i)]);
        }
    }
}
