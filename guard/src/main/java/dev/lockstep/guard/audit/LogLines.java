package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.LineReader.Line;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Goes through the lines of all files of records of a log, in their order. Not thread-safe. */
final class LogLines implements AutoCloseable {
    private final LogFolder folder;
    private LineReader reader;
    private int segment;
    private long number;

    /**
     * A line, and where it stands.
     *
     * @param segment number of its file
     * @param number from 1 in the file
     */
    record Numbered(Line line, Path file, int segment, long number) { }

    LogLines(LogFolder folder) {
        this.folder = folder;
    }

    /** The next line, or null after the last one. */
    Numbered next() throws IOException {
        while (open()) {
            Line line = reader.next();
            boolean hasSuccessor = line == null && folder.hasSegment(segment + 1);
            if (hasSuccessor) {
                // it may have grown after it was looked at, until its successor was made
                line = reader.next();
            }
            if (line != null) {
                return new Numbered(line, folder.segment(segment), segment, ++number);
            }
            if (!hasSuccessor) {
                return null;
            }
            close();
            segment++;
            number = 0;
        }
        return null;
    }

    /** Number of the file that was looked at last. */
    int segment() {
        return segment;
    }

    private boolean open() throws IOException {
        try {
            if (reader == null) {
                reader = new LineReader(folder.segment(segment), 0, AuditRecord.MAX_LINE_BYTES);
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            LineReader open = reader;
            reader = null;
            open.close();
        }
    }
}
