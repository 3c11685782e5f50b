package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import java.lang.foreign.MemorySegment;

/**
 * SentencePiece's {@code precompiled_charsmap}: which prefixes of a text are replaced, and by what. A little-endian uint32 with the size
 * of a double array in bytes, the double array (the trie of the prefixes), and the replacements, each ended by a zero byte. Immutable.
 *
 * <p>A unit of the array is an offset in bits 10 to 30 (times 256 if bit 9 is set), bit 8 if a prefix ends here, and the byte that leads to
 * it in bits 0 to 7; the unit below a node whose bit 8 is set is the place of the replacement, with bit 31
 * (<a href="https://github.com/google/sentencepiece/blob/v0.2.0/third_party/darts_clone/darts.h">darts-clone</a>).
 */
final class CharsMap {
    /** {@link #match}: nothing is replaced here. */
    static final long NONE = -1;

    /**
     * The longest prefix that is looked for, in bytes: the array of a hostile file may have cycles. A base character with all the marks
     * that real maps have takes some 30.
     */
    private static final int MAX_PREFIX = 256;

    /** The longest replacement accepted, in bytes; the longest of Unicode's (U+FDFA) has 33. */
    static final int MAX_REPLACEMENT = 256;

    /** The most bytes accepted for each one that is replaced, else a short text becomes a long one. NFKC makes up to 11 of one (U+FDFA). */
    static final int MAX_GROWTH = 16;

    private static final int UNIT_BYTES = Integer.BYTES;

    private final Metadata.NumberList bytes;

    /** {@code (units)}: the double array. */
    private final int[] units;

    /** Where the replacements begin in {@link #bytes}. */
    private final int replacements;

    private CharsMap(Metadata.NumberList bytes, int[] units) {
        this.bytes = bytes;
        this.units = units;
        this.replacements = UNIT_BYTES * (1 + units.length);
    }

    /** Checks the map; throws {@link dev.lockstep.loader.ModelFormatException} if it is none. Null and empty mean that nothing is replaced. */
    static CharsMap of(Vocabulary v, Metadata.NumberList bytes) {
        if (bytes == null || bytes.size() == 0) {
            return null;
        }
        long arrayBytes = bytes.size() < UNIT_BYTES ? -1 : Integer.toUnsignedLong(littleEndian(bytes, 0));
        if (arrayBytes <= 0 || arrayBytes % UNIT_BYTES != 0 || UNIT_BYTES + arrayBytes >= bytes.size()) {
            throw v.fault(Vocabulary.CHARS_MAP, "has " + bytes.size() + " bytes and a double array of " + arrayBytes);
        }
        int[] units = new int[(int) (arrayBytes / UNIT_BYTES)];
        for (int i = 0; i < units.length; i++) {
            units[i] = littleEndian(bytes, UNIT_BYTES * (i + 1));
        }
        var map = new CharsMap(bytes, units);
        map.requireReplacements(v);
        map.requireBoundedGrowth(v);
        return map;
    }

    private static int littleEndian(Metadata.NumberList bytes, int at) {
        int value = 0;
        for (int i = UNIT_BYTES - 1; i >= 0; i--) {
            value = value << 8 | (int) bytes.integerAt(at + i) & 0xFF;
        }
        return value;
    }

    /** So that a replacement may be used from any place on: all end, and none is long. */
    private void requireReplacements(Vocabulary v) {
        int length = 0;
        for (int i = replacements; i < bytes.size(); i++) {
            length = bytes.integerAt(i) == 0 ? 0 : length + 1;
            if (length > MAX_REPLACEMENT) {
                throw v.fault(Vocabulary.CHARS_MAP, "has a replacement of more than " + MAX_REPLACEMENT + " bytes");
            }
        }
        if (length != 0) {
            throw v.fault(Vocabulary.CHARS_MAP, "ends in the middle of a replacement");
        }
    }

    private void requireBoundedGrowth(Vocabulary v) {
        int[] lengths = ShortestPrefixes.of(units);
        for (int unit = 0; unit < units.length; unit++) {
            long place = lengths[unit] > 0 && ends(unit) ? place(unit ^ offset(units[unit])) : NONE;
            if (place != NONE && length((int) place) > (long) MAX_GROWTH * lengths[unit]) {
                throw v.fault(Vocabulary.CHARS_MAP, "makes more than " + MAX_GROWTH + " bytes of one");
            }
        }
    }

    private boolean ends(int unit) {
        return (units[unit] >>> 8 & 1) != 0;
    }

    /** Where the replacement begins that a node names, or {@link #NONE}. */
    private long place(int node) {
        long place = node < units.length ? replacements + (long) (units[node] & Integer.MAX_VALUE) : NONE;
        return place < bytes.size() ? place : NONE;
    }

    private int length(int place) {
        int length = 0;
        while (replacement(place, length) != 0) {
            length++;
        }
        return length;
    }

    /** The longest prefix of the text at {@code at} that is replaced: its length in the high 32 bits, the replacement's place in the low; or {@link #NONE}. */
    long match(MemorySegment text, int at, int end) {
        long best = NONE;
        int node = offset(units[0]);
        int last = (int) Math.min(end, at + (long) MAX_PREFIX);
        for (int i = at; i < last; i++) {
            int value = PieceTokenizer.byteAt(text, i);
            node ^= value;
            if (value == 0 || node >= units.length || (units[node] & 0x800000FF) != value) {
                break;
            }
            boolean ends = ends(node);
            node ^= offset(units[node]);
            if (node >= units.length) {
                break;
            }
            if (ends) {
                long place = place(node);
                best = place != NONE ? (long) (i + 1 - at) << 32 | place : best;
            }
        }
        return best;
    }

    /** What leads from a unit to its node. */
    static int offset(int unit) {
        return (unit >>> 10) << ((unit & 1 << 9) >>> 6) & Integer.MAX_VALUE;
    }

    /** Byte {@code index} of the replacement at {@code place}; 0 after its last. */
    byte replacement(int place, int index) {
        return (byte) bytes.integerAt(place + index);
    }
}
