package dev.lockstep.guard.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** The file that records are added to, as long as it is the one that was opened. Not thread-safe. */
final class OpenSegment implements AutoCloseable {
    private final LogFolder folder;
    private final SegmentFile.Opener opener;
    private SegmentFile file;
    private Path path;
    private Object identity;

    OpenSegment(LogFolder folder, SegmentFile.Opener opener) {
        this.folder = folder;
        this.opener = opener;
    }

    /** False before the first was opened, and if the next one could not be. */
    boolean isOpen() {
        return file != null;
    }

    /** Opens the file of a place, in which something else can lie behind it; if it is over, its successor. */
    SegmentFile open(LogPosition position) throws IOException {
        close();
        if (position.isSegmentOver()) {
            position.nextSegment();
        }
        path = folder.segment(position.segment());
        file = opener.open(path);
        identity = PublicFile.identity(path);
        if (position.bytes() == 0) {
            folder.force();
        }
        return file;
    }

    /**
     * The same where nothing can lie behind the place.
     *
     * @throws AuditException if something does
     */
    void openAtEnd(LogPosition position) throws IOException {
        if (open(position).size() != position.bytes()) {
            throw new AuditException(path.toString(), "holds what does not belong to the log. " + CheckpointFiles.ADVICE);
        }
    }

    /** Cuts off what lies behind a place. */
    void cut(LogPosition position) throws IOException {
        try (var torn = opener.open(folder.segment(position.segment()))) {
            torn.truncate(position.bytes());
        }
    }

    /**
     * The file, which is open.
     *
     * @throws AuditException if there is another one in its place
     */
    SegmentFile file() throws IOException {
        if (!Objects.equals(PublicFile.identity(path), identity)) {
            throw new AuditException(path.toString(), "was replaced by another file. " + CheckpointFiles.ADVICE);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            SegmentFile open = file;
            file = null;
            open.close();
        }
    }
}
