package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;

/**
 * When a SentencePiece vocabulary puts a space before a stretch of text. Every stretch follows the begin of the text or a literally matched
 * token, and usually both ask for it.
 *
 * @param put whether one is put at all
 * @param firstOnly whether only at the begin of the text
 * @param unlessThere whether only where the text does not begin with one
 */
record SpacePrefix(boolean put, boolean firstOnly, boolean unlessThere) {
    private static final String METASPACE_ALWAYS = "metaspace-always";
    private static final String METASPACE_FIRST = "metaspace-first";

    static SpacePrefix of(Vocabulary v, boolean usually) {
        boolean put = v.flag(Vocabulary.ADD_SPACE_PREFIX).orElse(usually);
        String rule = v.text(Vocabulary.SPACE_PREFIX).orElse(null);
        return switch (rule) {
            case null -> new SpacePrefix(put, false, false);
            case METASPACE_ALWAYS -> new SpacePrefix(put, false, true);
            case METASPACE_FIRST -> new SpacePrefix(put, true, true);
            default -> throw v.fault(Vocabulary.SPACE_PREFIX, Vocabulary.quoted(rule) + " is not supported; supported are "
                    + METASPACE_ALWAYS + " and " + METASPACE_FIRST);
        };
    }

    /** Whether the stretch at {@code start} gets one. */
    boolean isPut(MemorySegment text, int start) {
        return put && (!firstOnly || start == PieceTokenizer.FIRST) && !(unlessThere && PieceTokenizer.byteAt(text, start) == ' ');
    }
}
