package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LineReader.Line;
import dev.lockstep.loader.internal.tlog.Checkpoint;
import dev.lockstep.loader.internal.tlog.SignedNote;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

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
     * The last whole note of a history, whatever it says; nothing if there is none.
     *
     * @throws AuditException if it cannot be read, or is no checkpoint
     */
    static Optional<Checkpoint> last(LogFolder folder) {
        Path file = folder.history();
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (var channel = PublicFile.open(file)) {
            String tail = tail(channel);
            int end = completeChars(tail);
            int from = completeChars(tail.substring(0, Math.max(0, end - PARAGRAPH_END.length())));
            String note = end == 0 ? "" : tail.substring(from, end - 1);
            return end == 0 ? Optional.empty() : Optional.of(CheckpointFiles.parse(note.getBytes(StandardCharsets.ISO_8859_1), file.toString()));
        } catch (IOException e) {
            throw new AuditException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /** The offset behind the last whole note: a crash can have cut off another. */
    static long completeBytes(LogFolder folder) throws IOException {
        try (var channel = PublicFile.open(folder.history())) {
            String tail = tail(channel);
            return channel.size() - tail.length() + completeChars(tail);
        }
    }

    /** The end of a file, as much as two notes can take, bytes as characters. */
    private static String tail(FileChannel file) throws IOException {
        int length = (int) Math.min(file.size(), 2L * SignedNote.MAX_CHARS);
        ByteBuffer tail = ByteBuffer.allocate(length);
        while (tail.hasRemaining() && file.read(tail, file.size() - length + tail.position()) > 0) {
            // until it is full
        }
        return new String(tail.array(), StandardCharsets.ISO_8859_1);
    }

    /**
     * How much of the end of a history consists of whole notes.
     *
     * @param text bytes as characters
     */
    private static int completeChars(String text) {
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
