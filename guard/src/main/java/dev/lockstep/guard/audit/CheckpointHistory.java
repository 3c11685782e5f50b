package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.loader.internal.tlog.SignedNote;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Goes through all checkpoints of a log: signed notes with an empty line after each. Not thread-safe.
 */
final class CheckpointHistory implements AutoCloseable {
    private static final String PARAGRAPH_END = "\n\n";

    private final LineReader lines;
    private final long end;
    private long line;
    private boolean isTorn;

    /**
     * A note, not parsed.
     *
     * @param line of the file, from 1, in which it begins
     */
    record Entry(byte[] note, long line) { }

    /** @param end where the file ended when it was looked at; more may be written meanwhile */
    CheckpointHistory(LogFolder folder, long end) throws IOException {
        this.lines = new LineReader(folder.history(), 0, SignedNote.MAX_CHARS);
        this.end = end;
    }

    /** The next note, or null if there is no further one that is complete. */
    Entry next() throws IOException {
        long first = line + 1;
        var note = new ByteArrayOutputStream();
        int emptyLines = 0;
        while (emptyLines < 2) {
            Line next = lines.next();
            if (next == null || !next.isComplete() || next.offset() >= end) {
                isTorn |= note.size() > 0 || next != null && next.offset() < end;
                return null;
            }
            line++;
            emptyLines += next.bytes().length == 0 ? 1 : 0;
            if (emptyLines < 2 && note.size() <= SignedNote.MAX_CHARS) {
                note.writeBytes(next.bytes());
                note.write('\n');
            }
        }
        return new Entry(note.toByteArray(), first);
    }

    /** True if what was read last is no whole note: a crash cut it off. */
    boolean isTorn() {
        return isTorn;
    }

    /**
     * How much of the end of a history consists of whole notes.
     *
     * @param text bytes as characters
     */
    static int completeChars(String text) {
        String dash = new String(SignedNote.SIGNATURE_PREFIX.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        for (int at = text.lastIndexOf(PARAGRAPH_END); at >= 0; at = text.lastIndexOf(PARAGRAPH_END, at - 1)) {
            if (text.startsWith(dash, text.lastIndexOf('\n', at - 1) + 1)) {
                return at + PARAGRAPH_END.length();
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
