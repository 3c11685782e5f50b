package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Byte-level byte pair encoding ({@code tokenizer.ggml.model = gpt2}).
 *
 * <p>Text is cut by a {@link PreTokenizer}; within a stretch, symbols are bytes, and neighbours are joined in the order
 * of the vocabulary's merges. Decoding gives the text back exactly, with one exception: a few vocabularies have no
 * token for bytes that well-formed UTF-8 rarely or never holds (starcoder lacks 0xC0, 0xF1 and twelve more). Such a
 * byte becomes U+FFFD, the replacement character; the unknown token is no help, since there it is also the one that
 * ends a text.
 */
final class ByteLevelTokenizer extends PieceTokenizer {
    /** UTF-8 of U+FFFD. */
    private static final int[] REPLACEMENT = {0xEF, 0xBF, 0xBD};

    private final PreTokenizer preTokenizer;

    /** {@code (256)}: id of each byte's token, or -1. */
    private final int[] byteTokens;

    private final MergeTable merges;

    /** Words that are a token: all, if the pre-tokenizer wants whole tokens, else those that merges would make. */
    private final PieceIndex words;

    private ByteLevelTokenizer(Vocabulary v, PreTokenizer preTokenizer, SpecialTokens special, Pieces pieces) {
        super(v, special, pieces);
        this.preTokenizer = preTokenizer;
        var index = new PieceIndex(pieces.spellings(), id -> isMerged(pieces.type(id)));
        byteTokens = byteTokens(index);
        merges = new MergeTable(v, index);
        requireEveryTextCanBeSpelled(v);
        words = v.flag(Vocabulary.IGNORE_MERGES).orElse(preTokenizer.takesWholeTokensFirst())
                ? new PieceIndex(pieces.texts(), id -> isWholeToken(pieces, id))
                : KnownWords.of(pieces, merges, this::addSymbols, id -> pieces.type(id) == TokenType.NORMAL);
    }

    /** Checks {@code v}; throws {@link dev.lockstep.loader.ModelFormatException} if it is no such vocabulary. */
    static ByteLevelTokenizer of(Vocabulary v) {
        PreTokenizer preTokenizer = PreTokenizer.of(v);
        SpecialTokens special = SpecialTokens.ofByteLevel(v, preTokenizer.usuallyAddsBegin());
        return new ByteLevelTokenizer(v, preTokenizer, special, Pieces.of(v, special, ByteAlphabet::toText));
    }

    /** Text tokens; user-defined ones too, since some vocabularies give that type to a token that merges make. */
    private static boolean isMerged(TokenType type) {
        return type == TokenType.NORMAL || type == TokenType.UNUSED || type == TokenType.USER_DEFINED;
    }

    /** User-defined tokens were matched before; a token outside the alphabet spells no bytes. */
    private static boolean isWholeToken(Pieces pieces, int id) {
        return pieces.type(id) != TokenType.USER_DEFINED && isMerged(pieces.type(id))
                && ByteAlphabet.covers(pieces.spellings(), id);
    }

    private static int[] byteTokens(PieceIndex index) {
        int[] ids = new int[256];
        try (var arena = Arena.ofShared()) {
            MemorySegment spelling = arena.allocate(2);
            for (int value = 0; value < ids.length; value++) {
                byte[] bytes = ByteAlphabet.spelling(value);
                MemorySegment.copy(bytes, 0, spelling, JAVA_BYTE, 0, bytes.length);
                ids[value] = index.find(spelling, 0, bytes.length);
            }
        }
        return ids;
    }

    private void requireEveryTextCanBeSpelled(Vocabulary v) {
        for (int value = 0; value < byteTokens.length; value++) {
            if (byteTokens[value] < 0 && (value < 0x80 || !canReplace())) {
                throw v.fault(Vocabulary.TOKENS, String.format("no token for byte 0x%02X", value));
            }
        }
    }

    private boolean canReplace() {
        return byteTokens[REPLACEMENT[0]] >= 0 && byteTokens[REPLACEMENT[1]] >= 0 && byteTokens[REPLACEMENT[2]] >= 0;
    }

    @Override
    public boolean addsSpacePrefix() {
        return false;
    }

    @Override
    StretchEncoder newEncoder(SegmentAllocator scratch) {
        var merger = new Merger(scratch, merges);
        var cursor = new SplitCursor(preTokenizer.steps());
        return (text, start, end, ids) -> {
            cursor.begin(text, start, end);
            for (int at = start; at < end;) {
                int next = cursor.next(at);
                encodeWord(text, at, next, merger, ids);
                at = next;
            }
        };
    }

    private void encodeWord(MemorySegment text, int start, int end, Merger merger, IdBuffer ids) {
        int word = words.find(text, start, end - start);
        if (word != PieceIndex.NONE) {
            ids.add(word);
            return;
        }
        merger.begin(text, start, end - start);
        addSymbols(text, start, end, merger);
        merger.run();
        for (int at = 0; at < merger.end(); at += merger.lengthAt(at)) {
            if (merger.idAt(at) >= 0) {
                ids.add(merger.idAt(at));
            } else {
                addReplacement(ids);
            }
        }
    }

    private void addSymbols(MemorySegment text, int start, int end, Merger merger) {
        for (int at = start; at < end; at++) {
            merger.add(1, byteTokens[byteAt(text, at)]);
        }
    }

    private void addReplacement(IdBuffer ids) {
        for (int value : REPLACEMENT) {
            ids.add(byteTokens[value]);
        }
    }
}
