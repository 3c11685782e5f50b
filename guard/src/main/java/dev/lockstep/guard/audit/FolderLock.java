package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one writer at a time change a log, among all processes and within this one. A process that is killed holds no lock any more.
 *
 * <p>Locks of files belong to processes: a second one within a process is an error, and closing any channel of the file gives up the lock
 * that another channel holds. Hence a second lock, of the process, around everything that is done with the first.
 */
final class FolderLock implements AutoCloseable {
    /** One for each folder that this process logs into, which are few. */
    private static final Map<Path, ReentrantLock> PROCESS = new ConcurrentHashMap<>();

    private final ReentrantLock process;
    private final FileChannel file;

    /** Something held. */
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    FolderLock(LogFolder folder) throws IOException {
        process = PROCESS.computeIfAbsent(folder.path().toRealPath(), _ -> new ReentrantLock());
        file = FileChannel.open(folder.lock(), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                WholeFile.ownerOnly(folder.lock()));
    }

    /** Waits until nobody else writes. */
    Held acquire() throws IOException {
        process.lock();
        try {
            FileLock held = file.lock();
            return () -> {
                try {
                    held.release();
                } finally {
                    process.unlock();
                }
            };
        } catch (IOException | RuntimeException | Error e) {
            process.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        process.lock();
        try {
            file.close();
        } finally {
            process.unlock();
        }
    }
}
