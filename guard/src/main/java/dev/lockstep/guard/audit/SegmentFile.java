package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file of records that is added to. */
interface SegmentFile extends AutoCloseable {
    /** Opens files; tests put a disk that is full in its place. */
    @FunctionalInterface
    interface Opener {
        SegmentFile open(Path file) throws IOException;
    }

    /** In bytes. */
    long size() throws IOException;

    /** Adds at the end. */
    void append(byte[] bytes) throws IOException;

    /** Returns when what was added is on disk. */
    void force() throws IOException;

    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;

    /** A file on disk, for its owner only; made if it is not there. */
    static SegmentFile open(Path file) throws IOException {
        var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS), WholeFile.ownerOnly(file));
        return new SegmentFile() {
            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public void append(byte[] bytes) throws IOException {
                long at = channel.size();
                for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining();) {
                    at += channel.write(rest, at);
                }
            }

            @Override
            public void force() throws IOException {
                channel.force(false);
            }

            @Override
            public void truncate(long size) throws IOException {
                channel.truncate(size);
                channel.force(false);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
