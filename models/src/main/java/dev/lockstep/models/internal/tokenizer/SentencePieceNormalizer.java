package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * What SentencePiece does to a text before it looks for pieces: replaces characters ({@link CharsMap}), puts a space in front, and
 * drops superfluous spaces. Spaces stay spaces, since pieces are read with spaces; a U+2581 of the text becomes one, as in SentencePiece. For
 * one text; memory from the given allocator.
 */
final class SentencePieceNormalizer {
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private final CharsMap charsMap;
    private final SpacePrefix spacePrefix;
    private final boolean mergeSpaces;
    private final SegmentAllocator memory;
    private MemorySegment normalized;
    private int size;

    /** True after a space, and at the begin: another space would be superfluous. */
    private boolean afterSpace;

    SentencePieceNormalizer(CharsMap charsMap, SpacePrefix spacePrefix, boolean mergeSpaces, SegmentAllocator memory) {
        this.charsMap = charsMap;
        this.spacePrefix = spacePrefix;
        this.mergeSpaces = mergeSpaces;
        this.memory = memory;
        this.normalized = memory.allocate(64, 1);
    }

    /** Normalizes a stretch; its length is {@link #size()}. Valid until the next call. */
    MemorySegment normalize(MemorySegment text, int start, int end) {
        size = 0;
        afterSpace = mergeSpaces;
        if (spacePrefix.isPut(text, start)) {
            add((byte) ' ');
        }
        for (int at = start; at < end;) {
            long match = charsMap == null ? CharsMap.NONE : charsMap.match(text, at, end);
            if (match != CharsMap.NONE) {
                addReplacement((int) match);
                at += (int) (match >>> 32);
            } else {
                at += addUnit(text, at, end);
            }
        }
        if (mergeSpaces && size > 0 && normalized.get(JAVA_BYTE, size - 1) == ' ') {
            size--;
        }
        return normalized;
    }

    private void addReplacement(int place) {
        byte value = charsMap.replacement(place, 0);
        for (int i = 1; value != 0; i++) {
            addOrMerge(value);
            value = charsMap.replacement(place, i);
        }
    }

    private int addUnit(MemorySegment text, int at, int end) {
        int unit = Utf8.unit(text, at, end);
        int c = Utf8.codePoint(text, at, unit);
        if (c == SentencePieceTokenizer.SPACE_MARK_CHARACTER) {
            add((byte) ' ');
            afterSpace = false;
            return unit;
        }
        for (int i = 0; i < (c == Utf8.MALFORMED ? REPLACEMENT.length : unit); i++) {
            addOrMerge(c == Utf8.MALFORMED ? REPLACEMENT[i] : text.get(JAVA_BYTE, at + i));
        }
        return unit;
    }

    private void addOrMerge(byte value) {
        if (value != ' ' || !mergeSpaces || !afterSpace) {
            add(value);
        }
        afterSpace = value == ' ';
    }

    private void add(byte value) {
        if (size == normalized.byteSize()) {
            MemorySegment larger = memory.allocate(2L * size, 1);
            MemorySegment.copy(normalized, 0, larger, 0, size);
            normalized = larger;
        }
        normalized.set(JAVA_BYTE, size, value);
        size = Math.addExact(size, 1);
    }

    /** Bytes of the normalized stretch. */
    int size() {
        return size;
    }
}
