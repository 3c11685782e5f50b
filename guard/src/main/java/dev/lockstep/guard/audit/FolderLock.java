package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
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

    /** Nobody writes for so long, unless stopped. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Short, so that a process that writes without a break leaves a gap that another one meets. */
    private static final long PAUSE_NANOS = 200_000;

    private final ReentrantLock process;
    private final Path path;
    private final FileChannel file;
    private final Object identity;
    private final Duration patience;

    /** Something held. */
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    FolderLock(LogFolder folder) throws IOException {
        this(folder, PATIENCE);
    }

    /** @param patience how long it waits for others */
    FolderLock(LogFolder folder, Duration patience) throws IOException {
        this.patience = patience;
        this.path = folder.lock();
        process = PROCESS.computeIfAbsent(folder.path().toRealPath(), _ -> new ReentrantLock());
        file = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                WholeFile.ownerOnly(path));
        identity = PublicFile.identity(path);
    }

    /**
     * Waits until nobody else writes.
     *
     * @throws AuditException if that takes too long, or others lock another file by now
     */
    Held acquire() throws IOException {
        long start = System.nanoTime();
        while (!process.tryLock()) {
            pause(start);
        }
        try {
            FileLock held = file.tryLock();
            while (held == null) {
                pause(start);
                held = file.tryLock();
            }
            return held(held);
        } catch (IOException | RuntimeException | Error e) {
            process.unlock();
            throw e;
        }
    }

    private Held held(FileLock lock) throws IOException {
        try {
            requireSameFile();
        } catch (IOException | RuntimeException e) {
            lock.release();
            throw e;
        }
        return () -> {
            try {
                lock.release();
            } finally {
                process.unlock();
            }
        };
    }

    private void requireSameFile() throws IOException {
        if (!Objects.equals(PublicFile.identity(path), identity)) {
            throw new AuditException(path.toString(), "was replaced, so others can write at the same time: close the log, and open it again");
        }
    }

    private void pause(long start) {
        if (System.nanoTime() - start > patience.toNanos()) {
            throw new AuditException(path.toString(), "has been locked by somebody else for " + patience.toMillis()
                    + " ms: see which process has it open (on Linux, `fuser -v` says so), and whether it was stopped");
        }
        LockSupport.parkNanos(PAUSE_NANOS);
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
