package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Brings text into Unicode's NFC before another encoder sees it (Unicode Standard Annex 15), as the vocabularies of Qwen, GPT-NeoX and
 * Cohere want it. Almost all text is in it already and is passed on as it is.
 *
 * <p>A text is cut before every character that NFC leaves alone: what stands between such cuts is decomposed, its marks are put into
 * their order, and neighbours that are one character become it. Code points are kept in scratch memory too.
 */
final class NfcEncoder implements PieceTokenizer.StretchEncoder {
    /** NFC makes no UTF-8 text more than three times as long. */
    private static final int MAX_GROWTH = 3;

    /** The first byte of U+0300; below it nothing changes. */
    private static final int FIRST_ACTIVE_BYTE = 0xCC;

    /** A code point's rank stands above its 21 bits. */
    private static final int RANK_SHIFT = 24;
    private static final int CODE_POINT = (1 << RANK_SHIFT) - 1;

    private final PieceTokenizer.StretchEncoder inner;
    private final SegmentAllocator scratch;

    /** {@code (capacity)} int32 each: code points with their ranks. */
    private MemorySegment characters;
    private MemorySegment sorted;
    private int capacity;
    private int count;

    NfcEncoder(PieceTokenizer.StretchEncoder inner, SegmentAllocator scratch) {
        this.inner = inner;
        this.scratch = scratch;
    }

    @Override
    public void encode(MemorySegment text, int start, int end, IdBuffer ids) {
        if (isNormalized(text, start, end)) {
            inner.encode(text, start, end, ids);
            return;
        }
        MemorySegment normalized = scratch.allocate(PieceTokenizer.FIRST + (long) MAX_GROWTH * (end - start), 1);
        inner.encode(normalized, PieceTokenizer.FIRST, normalize(text, start, end, normalized), ids);
    }

    private static boolean isNormalized(MemorySegment text, int start, int end) {
        for (int at = start; at < end;) {
            if (PieceTokenizer.byteAt(text, at) < FIRST_ACTIVE_BYTE) {
                at++;
                continue;
            }
            int unit = Utf8.unit(text, at, end);
            if (isActive(text, at, unit)) {
                return false;
            }
            at += unit;
        }
        return true;
    }

    private static boolean isActive(MemorySegment text, int at, int unit) {
        return Composition.isActive(Utf8.codePoint(text, at, unit));
    }

    /** Writes the text's normal form and returns one past its last byte. */
    private int normalize(MemorySegment text, int start, int end, MemorySegment normalized) {
        int to = PieceTokenizer.FIRST;
        for (int at = start; at < end;) {
            int segmentEnd = segmentEnd(text, at, end);
            if (segmentEnd == at + Utf8.unit(text, at, end) && !isActive(text, at, segmentEnd - at)) {
                MemorySegment.copy(text, at, normalized, to, segmentEnd - at);
                to += segmentEnd - at;
            } else {
                decompose(text, at, segmentEnd);
                order();
                compose();
                for (int i = 0; i < count; i++) {
                    to += Utf8.write(get(characters, i) & CODE_POINT, normalized, to);
                }
            }
            at = segmentEnd;
        }
        return to;
    }

    /** One past the unit at {@code start} and the active ones after it. A malformed byte stands alone. */
    private static int segmentEnd(MemorySegment text, int start, int end) {
        int at = start + Utf8.unit(text, start, end);
        if (Utf8.codePoint(text, start, at - start) == Utf8.MALFORMED) {
            return at;
        }
        while (at < end) {
            int unit = Utf8.unit(text, at, end);
            if (!isActive(text, at, unit)) {
                break;
            }
            at += unit;
        }
        return at;
    }

    private void decompose(MemorySegment text, int start, int end) {
        reserve(end - start);
        count = 0;
        for (int at = start; at < end;) {
            int unit = Utf8.unit(text, at, end);
            int c = Utf8.codePoint(text, at, unit);
            int index = Decomposition.indexOf(c);
            if (index < 0) {
                add(c);
            }
            for (int i = 0; index >= 0 && Decomposition.part(index, i) != 0; i++) {
                add(Decomposition.part(index, i));
            }
            at += unit;
        }
    }

    /** Room for what so many bytes decompose to: no character of n bytes has more than 2n - 1 parts. */
    private void reserve(int bytes) {
        if (2L * bytes > capacity) {
            capacity = (int) Math.min(Integer.MAX_VALUE, Math.max(2L * bytes, 2L * capacity));
            characters = scratch.allocate((long) capacity * Integer.BYTES, Integer.BYTES);
            sorted = scratch.allocate((long) capacity * Integer.BYTES, Integer.BYTES);
        }
    }

    private void add(int c) {
        set(characters, count++, Composition.rank(c) << RANK_SHIFT | c);
    }

    /** Sorts every run of marks by rank; marks of one rank keep their order. */
    private void order() {
        for (int start = 0; start < count;) {
            int end = start + 1;
            boolean inOrder = true;
            if (rank(start) > 0) {
                while (end < count && rank(end) > 0) {
                    inOrder &= rank(end - 1) <= rank(end);
                    end++;
                }
            }
            if (!inOrder) {
                sort(start, end);
            }
            start = end;
        }
    }

    /** One pass for every rank: there are few, and a run may be as long as the text. */
    private void sort(int start, int end) {
        int to = 0;
        for (int rank = 1; to < end - start; rank++) {
            for (int i = start; i < end; i++) {
                if (rank(i) == rank) {
                    set(sorted, to++, get(characters, i));
                }
            }
        }
        MemorySegment.copy(sorted, 0, characters, (long) start * Integer.BYTES, (long) to * Integer.BYTES);
    }

    private void compose() {
        int to = 0;
        int starter = -1;
        int lastRank = 0;
        for (int i = 0; i < count; i++) {
            int c = get(characters, i) & CODE_POINT;
            int rank = rank(i);
            // a mark before it of the same rank or a higher one, or any before a starter, keeps the two apart
            boolean adjacent = starter >= 0 && (lastRank == 0 || lastRank < rank);
            int composite = adjacent ? Composition.of(get(characters, starter) & CODE_POINT, c) : Composition.NONE;
            if (composite != Composition.NONE) {
                set(characters, starter, composite);
                continue;
            }
            starter = rank == 0 ? to : starter;
            lastRank = rank;
            set(characters, to++, rank << RANK_SHIFT | c);
        }
        count = to;
    }

    private int rank(int index) {
        return get(characters, index) >>> RANK_SHIFT;
    }

    private static int get(MemorySegment ints, int index) {
        return ints.get(JAVA_INT, (long) index * Integer.BYTES);
    }

    private static void set(MemorySegment ints, int index, int value) {
        ints.set(JAVA_INT, (long) index * Integer.BYTES, value);
    }
}
