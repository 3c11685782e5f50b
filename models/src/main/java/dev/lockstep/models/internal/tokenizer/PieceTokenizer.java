package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Objects;
import java.util.OptionalInt;

/** What all kinds of tokenizers share: special tokens, tokens that are matched literally, scratch memory, decoding. */
abstract sealed class PieceTokenizer implements Tokenizer
        permits SentencePieceTokenizer, UnigramTokenizer, ByteLevelTokenizer, WordPieceTokenizer {
    /** Positions are ints and scratch is 44 bytes per byte of text: beyond this a text is no prompt. */
    private static final long MAX_TEXT_BYTES = 1 << 30;

    private static final String NFC = "nfc";

    /** Where a text begins in its scratch memory: one spare byte in front, for a space. */
    static final int FIRST = 1;

    private final Pieces pieces;
    private final SpecialTokens special;
    private final LiteralTokens userDefined;
    private final LiteralTokens control;
    private final BlankStripping stripping;
    private final boolean composes;

    PieceTokenizer(Vocabulary v, SpecialTokens special, Pieces pieces) {
        this.pieces = pieces;
        this.special = special;
        this.userDefined = LiteralTokens.userDefined(v, pieces);
        this.control = LiteralTokens.control(v, pieces);
        this.stripping = BlankStripping.of(v, pieces);
        this.composes = composes(v);
    }

    private static boolean composes(Vocabulary v) {
        String normalizer = v.text(Vocabulary.NORMALIZER).orElse(null);
        if (normalizer != null && !normalizer.equals(NFC)) {
            throw v.fault(Vocabulary.NORMALIZER, Vocabulary.quoted(normalizer) + " is not supported; supported is " + NFC);
        }
        return normalizer != null;
    }

    final Pieces pieces() {
        return pieces;
    }

    final SpecialTokens special() {
        return special;
    }

    /** Tokenizes the stretches of one text, from left to right. */
    @FunctionalInterface
    interface StretchEncoder {
        /**
         * Tokenizes text without literally matched tokens in it.
         *
         * @param text scratch memory; the byte before {@code start} exists, is consumed, and may be overwritten
         * @param start first byte, at least {@link #FIRST}
         * @param end one past the last byte, more than {@code start}
         */
        void encode(MemorySegment text, int start, int end, IdBuffer ids);
    }

    /** An encoder for one text, with working memory from {@code scratch}. */
    abstract StretchEncoder newEncoder(SegmentAllocator scratch);

    @Override
    public final MemorySegment encode(MemorySegment utf8, boolean addSpecial, SecureArena arena) {
        return encode(utf8, MarkedText.allText(utf8.byteSize()), addSpecial, arena);
    }

    @Override
    public final MemorySegment encodeMarked(MemorySegment utf8, long[] textRanges, boolean addSpecial, SecureArena arena) {
        return encode(utf8, new MarkedText(textRanges.clone(), utf8.byteSize()), addSpecial, arena);
    }

    private MemorySegment encode(MemorySegment utf8, MarkedText marks, boolean addSpecial, SecureArena arena) {
        Objects.requireNonNull(arena, "arena");
        long bytes = utf8.byteSize();
        if (bytes > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("text of " + bytes + " bytes, the limit is " + MAX_TEXT_BYTES);
        }
        try (var scratch = SecureArena.open("tokenizer scratch")) {
            // a private copy, since the caller's may change meanwhile
            MemorySegment text = scratch.allocate(bytes + FIRST, 1);
            MemorySegment.copy(utf8, 0, text, FIRST, bytes);
            var ids = new IdBuffer(scratch, bytes / 2);
            if (addSpecial && special.addBegin()) {
                ids.add(special.begin());
            }
            StretchEncoder encoder = newEncoder(scratch);
            encodeText(text, (int) bytes + FIRST, marks, composes ? new NfcEncoder(encoder, scratch) : encoder, ids);
            if (addSpecial && special.addEnd()) {
                ids.add(special.end());
            }
            return ids.copyTo(arena);
        }
    }

    private void encodeText(MemorySegment text, int end, MarkedText marks, StretchEncoder encoder, IdBuffer ids) {
        int start = FIRST;
        int at = userDefined.isEmpty() && !marks.hasMarkup() ? end : FIRST;
        MarkedText ahead = marks.anew();
        while (at < end) {
            long match = match(text, at, end, marks, ahead);
            if (match == LiteralTokens.NONE) {
                at++;
                continue;
            }
            int id = (int) match;
            int before = stripping.left().get(id) ? withoutLastBlanks(text, start, at) : at;
            if (before > start) {
                encoder.encode(text, start, before, ids);
            }
            ids.add(id);
            at += (int) (match >>> 32);
            at = stripping.right().get(id) ? CharClass.runEnd(text, at, end, CharClass.BLANK) : at;
            start = at;
        }
        if (end > start) {
            encoder.encode(text, start, end, ids);
        }
    }

    /** One past the last unit from {@code start} to {@code end} that is no blank. */
    private static int withoutLastBlanks(MemorySegment text, int start, int end) {
        int last = start;
        for (int at = start; at < end;) {
            boolean blank = CharClass.at(text, at, end) == CharClass.BLANK;
            at += Utf8.unit(text, at, end);
            last = blank ? last : at;
        }
        return last;
    }

    /**
     * Control tokens lie in markup as a whole; user-defined ones may begin and end anywhere, but one that begins in text ends before the
     * next control token: whoever writes the text could make it swallow the begin of that one.
     *
     * @param ahead a walk of its own
     */
    private long match(MemorySegment text, int at, int end, MarkedText marks, MarkedText ahead) {
        long anywhere = userDefined.match(text, at, end);
        long markupEnd = FIRST + marks.markupEnd(at - FIRST);
        if (markupEnd > at) {
            return Math.max(anywhere, control.match(text, at, markupEnd));
        }
        long matchEnd = at + (anywhere >>> 32);
        return anywhere == LiteralTokens.NONE ? anywhere : userDefined.match(text, at, controlBegin(text, at, matchEnd, ahead));
    }

    /** Where the first control token from {@code start} on begins, or {@code end} if that is before. */
    private long controlBegin(MemorySegment text, int start, long end, MarkedText marks) {
        for (long at = start; at < end; at++) {
            long markupEnd = FIRST + marks.markupEnd(at - FIRST);
            if (markupEnd > at && control.match(text, at, markupEnd) != LiteralTokens.NONE) {
                return at;
            }
        }
        return end;
    }

    @Override
    public final int decode(int id, MemorySegment dst, long dstOffset) {
        return pieces.copyText(checked(id), dst, dstOffset);
    }

    @Override
    public final String piece(int id) {
        return pieces.spellings().text(checked(id));
    }

    private int checked(int id) {
        if (id < 0 || id >= pieces.size()) {
            throw new IllegalArgumentException("id=" + id + " is not one of " + pieces.size() + " tokens");
        }
        return id;
    }

    @Override
    public final int vocabularySize() {
        return pieces.size();
    }

    @Override
    public final int maxTokenBytes() {
        return pieces.maxTextBytes();
    }

    @Override
    public final OptionalInt beginOfText() {
        return optional(special.begin());
    }

    @Override
    public final OptionalInt endOfText() {
        return optional(special.end());
    }

    private static OptionalInt optional(int id) {
        return id == SpecialTokens.NONE ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public final boolean isEndOfText(int id) {
        return special.endsGeneration(id);
    }

    @Override
    public final boolean addsBeginOfText() {
        return special.addBegin();
    }

    @Override
    public final boolean addsEndOfText() {
        return special.addEnd();
    }

    /** Unsigned value of one byte of text. */
    static int byteAt(MemorySegment text, long at) {
        return text.get(JAVA_BYTE, at) & 0xFF;
    }
}
