package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.loader.StringTable;
import dev.lockstep.loader.StructureTokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/** A checked vocabulary: for every id its spelling in the file, its type, and the bytes it stands for. */
final class Pieces {
    /**
     * The longest spelling accepted, in bytes. Real vocabularies stay below 600 (a run of 256 blanks); without a limit
     * a vocabulary of ever longer pieces makes every merge compare megabytes.
     */
    static final int MAX_PIECE_BYTES = 4096;

    /** How a kind of vocabulary spells text. */
    interface Spelling {
        /**
         * Writes the bytes that a text token stands for.
         *
         * @param out has room for the spelling's length
         * @return bytes written, at most the spelling's length
         */
        int toText(StringTable spellings, int id, TokenType type, byte[] out);
    }

    private static final byte[] BYTE_PREFIX = {'<', '0', 'x'};
    private static final int BYTE_SPELLING_LENGTH = 6;

    private final StringTable spellings;
    private final StringTable texts;

    /** {@code (size)}: ordinals of {@link TokenType}. */
    private final byte[] types;

    private final int maxTextBytes;

    private Pieces(StringTable spellings, StringTable texts, byte[] types) {
        this.spellings = spellings;
        this.texts = texts;
        this.types = types;
        int longest = 0;
        for (int id = 0; id < texts.size(); id++) {
            longest = Math.max(longest, texts.length(id));
        }
        this.maxTextBytes = longest;
    }

    /**
     * Checks tokens and types.
     *
     * @throws dev.lockstep.loader.ModelFormatException if they contradict each other or a limit
     */
    static Pieces of(Vocabulary v, SpecialTokens special, Spelling spelling) {
        requireLengths(v);
        byte[] types = types(v, special);
        return new Pieces(v.tokens(), texts(v, types, spelling), types);
    }

    private static void requireLengths(Vocabulary v) {
        for (int id = 0; id < v.tokens().size(); id++) {
            if (v.tokens().length(id) > MAX_PIECE_BYTES) {
                throw v.fault(Vocabulary.TOKENS, "token " + id + " has " + v.tokens().length(id)
                        + " bytes, the limit is " + MAX_PIECE_BYTES);
            }
        }
    }

    private static byte[] types(Vocabulary v, SpecialTokens special) {
        int[] given = v.tokenTypes();
        byte[] types = new byte[v.tokens().size()];
        for (int id = 0; id < types.length; id++) {
            TokenType type = given == null ? guess(v, id) : TokenType.of(given[id]);
            if (type == null) {
                throw v.fault(Vocabulary.TOKEN_TYPE, "token " + id + " has the unknown type " + given[id]);
            }
            if (type == TokenType.BYTE && byteValue(v.tokens(), id) < 0) {
                throw v.fault(Vocabulary.TOKENS, "token " + id + " is a byte but is not spelled like <0x0A>");
            }
            boolean structure = type == TokenType.USER_DEFINED && StructureTokens.include(v.tokens().text(id));
            types[id] = (byte) (special.isBoundary(id) || structure ? TokenType.CONTROL : type).ordinal();
        }
        return types;
    }

    /** Without types, {@code <0x0A>} is a byte and everything else text. */
    private static TokenType guess(Vocabulary v, int id) {
        return byteValue(v.tokens(), id) >= 0 ? TokenType.BYTE : TokenType.NORMAL;
    }

    /** The byte that a spelling like {@code <0x0A>} names, or -1. */
    private static int byteValue(StringTable spellings, int id) {
        if (spellings.length(id) != BYTE_SPELLING_LENGTH || spellings.byteAt(id, BYTE_SPELLING_LENGTH - 1) != '>') {
            return -1;
        }
        for (int i = 0; i < BYTE_PREFIX.length; i++) {
            if (spellings.byteAt(id, i) != BYTE_PREFIX[i]) {
                return -1;
            }
        }
        int high = Character.digit(spellings.byteAt(id, 3), 16);
        int low = Character.digit(spellings.byteAt(id, 4), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static StringTable texts(Vocabulary v, byte[] types, Spelling spelling) {
        int[] starts = new int[types.length + 1];
        byte[] all = new byte[1024];
        byte[] one = new byte[MAX_PIECE_BYTES];
        for (int id = 0; id < types.length; id++) {
            int length = text(v.tokens(), id, TokenType.ofOrdinal(types[id]), spelling, one);
            int end = Math.addExact(starts[id], length);
            if (end > all.length) {
                all = Arrays.copyOf(all, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, all.length * 2L)));
            }
            System.arraycopy(one, 0, all, starts[id], length);
            starts[id + 1] = end;
        }
        return new StringTable(Arrays.copyOf(all, starts[types.length]), starts);
    }

    private static int text(StringTable spellings, int id, TokenType type, Spelling spelling, byte[] out) {
        switch (type) {
            case CONTROL, UNKNOWN -> {
                return 0;
            }
            case BYTE -> {
                out[0] = (byte) byteValue(spellings, id);
                return 1;
            }
            default -> {
                return spelling.toText(spellings, id, type, out);
            }
        }
    }

    int size() {
        return types.length;
    }

    TokenType type(int id) {
        return TokenType.ofOrdinal(types[id]);
    }

    StringTable spellings() {
        return spellings;
    }

    /** What the tokens stand for, by id. */
    StringTable texts() {
        return texts;
    }

    int maxTextBytes() {
        return maxTextBytes;
    }

    /** Copies the bytes that {@code id} stands for and returns their number. */
    int copyText(int id, MemorySegment dst, long dstOffset) {
        int length = texts.length(id);
        Objects.checkFromIndexSize(dstOffset, length, dst.byteSize());
        for (int i = 0; i < length; i++) {
            dst.set(ValueLayout.JAVA_BYTE, dstOffset + i, texts.byteAt(id, i));
        }
        return length;
    }

    /** {@code (256)}: for every byte the first byte token that stands for it, or -1. */
    int[] byteTokens() {
        int[] ids = new int[256];
        Arrays.fill(ids, SpecialTokens.NONE);
        for (int id = size() - 1; id >= 0; id--) {
            if (type(id) == TokenType.BYTE) {
                ids[texts.byteAt(id, 0) & 0xFF] = id;
            }
        }
        return ids;
    }
}
