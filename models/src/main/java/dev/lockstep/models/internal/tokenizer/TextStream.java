package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.models.Tokenizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Token ids in, text out: a decoder that only ever yields whole UTF-8 characters.
 *
 * <p>Tokens may end in the middle of a character. Up to three bytes that may still become one are held back until the
 * next token or {@link #flush()}; bytes that can never become one turn into U+FFFD, one for each maximal part of a
 * sequence. If the tokenizer puts a space before a text, the text at the start, and after every begin-of-text token,
 * loses one leading space.
 *
 * <p>Works in memory of the given allocator, which zeroes it in the end; {@link #close()} zeroes it at once. For one
 * caller at a time. Views it returns are valid until the next call.
 */
public final class TextStream implements AutoCloseable {
    /** The most bytes of an unfinished character. */
    private static final int MAX_HELD = 3;

    /** UTF-8 of U+FFFD. */
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private final Tokenizer tokenizer;

    /** Bytes to come: what was held back, then the current token's. */
    private final MemorySegment pending;

    /** Finished characters. A byte of input becomes at most the three bytes of U+FFFD. */
    private final MemorySegment text;
    private final PrefixViews texts;

    private int held;
    private boolean atStart;

    /**
     * @param atStart whether the first id begins a text, or continues one
     * @param memory gives off-heap memory, a few times {@link Tokenizer#maxTokenBytes()}, and owns it
     */
    public TextStream(Tokenizer tokenizer, boolean atStart, SegmentAllocator memory) {
        this.tokenizer = tokenizer;
        this.atStart = atStart && tokenizer.addsSpacePrefix();
        long pendingBytes = MAX_HELD + (long) tokenizer.maxTokenBytes();
        this.pending = memory.allocate(pendingBytes, 1);
        this.text = memory.allocate(pendingBytes * REPLACEMENT.length, 1);
        this.texts = new PrefixViews(text);
    }

    /**
     * Takes the next token and returns the characters it finishes, possibly none.
     *
     * @throws IllegalArgumentException if {@code id} is not in the vocabulary
     */
    public MemorySegment accept(int id) {
        int count = tokenizer.decode(id, pending, held);
        if (tokenizer.addsSpacePrefix() && tokenizer.beginOfText().orElse(-1) == id) {
            atStart = true;
        }
        if (count > 0 && atStart) {
            atStart = false;
            count -= dropLeadingSpace(count);
        }
        return emit(held + count, false);
    }

    private int dropLeadingSpace(int count) {
        if (pending.get(JAVA_BYTE, held) != ' ') {
            return 0;
        }
        MemorySegment.copy(pending, held + 1, pending, held, count - 1);
        return 1;
    }

    /** Ends the text: returns U+FFFD for an unfinished character that was held back, else nothing. */
    public MemorySegment flush() {
        return emit(held, true);
    }

    private MemorySegment emit(int count, boolean last) {
        int from = 0;
        int to = 0;
        while (from < count) {
            int length = Utf8.sequence(pending, from, count);
            if (length > 0) {
                MemorySegment.copy(pending, from, text, to, length);
                from += length;
                to += length;
            } else if (length == Utf8.INCOMPLETE && !last) {
                break;
            } else {
                MemorySegment.copy(REPLACEMENT, 0, text, JAVA_BYTE, to, REPLACEMENT.length);
                from += length == Utf8.INCOMPLETE ? count - from : -length;
                to += REPLACEMENT.length;
            }
        }
        held = count - from;
        MemorySegment.copy(pending, from, pending, 0, held);
        return texts.ofSize(to);
    }

    /** Zeroes the buffers and forgets what was held back. The memory stays its owner's. */
    @Override
    public void close() {
        held = 0;
        pending.fill((byte) 0);
        text.fill((byte) 0);
    }
}
