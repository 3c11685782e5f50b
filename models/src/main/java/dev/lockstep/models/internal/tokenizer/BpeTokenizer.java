package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.OptionalInt;

/** What both kinds of byte pair encoding share: special and user-defined tokens, scratch memory, decoding. */
abstract sealed class BpeTokenizer implements Tokenizer permits SentencePieceTokenizer, ByteLevelTokenizer {
    /** Positions are ints and scratch is 44 bytes per byte of text: beyond this a text is no prompt. */
    private static final long MAX_TEXT_BYTES = 1 << 30;

    private final Pieces pieces;
    private final SpecialTokens special;
    private final UserDefinedTokens userDefined;

    BpeTokenizer(Vocabulary v, SpecialTokens special, Pieces pieces) {
        this.pieces = pieces;
        this.special = special;
        this.userDefined = new UserDefinedTokens(v, pieces);
    }

    final Pieces pieces() {
        return pieces;
    }

    final SpecialTokens special() {
        return special;
    }

    /** Which symbols may be joined. */
    abstract Merger.Pairs pairs();

    /**
     * Tokenizes text without user-defined tokens in it.
     *
     * @param text scratch memory; the byte before {@code start} exists, is consumed, and may be overwritten
     * @param start first byte, at least 1
     * @param end one past the last byte, more than {@code start}
     */
    abstract void encodeStretch(MemorySegment text, int start, int end, Merger merger, IdBuffer ids);

    @Override
    public final MemorySegment encode(MemorySegment utf8, boolean addSpecial, SecureArena arena) {
        Objects.requireNonNull(arena, "arena");
        long bytes = utf8.byteSize();
        if (bytes > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("text of " + bytes + " bytes, the limit is " + MAX_TEXT_BYTES);
        }
        try (var scratch = SecureArena.open("tokenizer scratch")) {
            // one spare byte in front, for the space prefix; a private copy, since the caller's may change meanwhile
            MemorySegment text = scratch.allocate(bytes + 1, 1);
            MemorySegment.copy(utf8, 0, text, 1, bytes);
            var ids = new IdBuffer(scratch, bytes / 2);
            if (addSpecial && special.addBegin()) {
                ids.add(special.begin());
            }
            encodeText(text, (int) bytes + 1, new Merger(scratch, pairs()), ids);
            if (addSpecial && special.addEnd()) {
                ids.add(special.end());
            }
            return ids.copyTo(arena);
        }
    }

    private void encodeText(MemorySegment text, int end, Merger merger, IdBuffer ids) {
        int start = 1;
        int at = userDefined.isEmpty() ? end : 1;
        while (at < end) {
            long match = userDefined.match(text, at, end);
            if (match == UserDefinedTokens.NONE) {
                at++;
                continue;
            }
            if (at > start) {
                encodeStretch(text, start, at, merger, ids);
            }
            ids.add((int) match);
            at += (int) (match >>> 32);
            start = at;
        }
        if (end > start) {
            encodeStretch(text, start, end, merger, ids);
        }
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
