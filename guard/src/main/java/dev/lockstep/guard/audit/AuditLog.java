package dev.lockstep.guard.audit;

import dev.lockstep.guard.audit.AuditOptions.OnError;
import dev.lockstep.guard.device.DeviceSigner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The log of a device: a folder of records that are chained, hashed into a tree, and signed for (docs/audit.md).
 *
 * <p><b>Durability.</b> When {@link #record} returns, the record is on disk. Events that are recorded at the same time share one write to
 * disk. What the newest checkpoint covers cannot be changed unnoticed, not even with the rights of the user; what came after it is chained.
 *
 * <p><b>Threads and processes.</b> Any number of either may log into one folder. A thread of the log's own does the writing: interrupts of
 * callers do not reach the files.
 *
 * <p>Whoever opens a log closes it, which signs a last checkpoint.
 */
public final class AuditLog implements AuditSink, AutoCloseable {
    private final Path folder;
    private final AuditOptions options;
    private final LogWriter writer;
    private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>();
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private final AtomicBoolean isClosing = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** What the thread is at. */
    private List<Task> inHand = List.of();
    private boolean isClosed;

    /** Something to do, and who waits for it. */
    private sealed interface Task {
        CompletableFuture<Void> done();
    }

    private record Entry(Happened happened, CompletableFuture<Void> done) implements Task { }

    private record Order(Kind kind, CompletableFuture<Void> done) implements Task { }

    private enum Kind { ROTATE, CHECKPOINT, CLOSE }

    private AuditLog(Path folder, AuditOptions options, LogWriter writer) {
        this.folder = folder;
        this.options = options;
        this.writer = writer;
        this.thread = Thread.ofPlatform().daemon().name("lockstep-audit").unstarted(this::work);
    }

    /**
     * Opens a log, or begins one. What a crash has left of a record is cut off, and that is recorded.
     *
     * @throws AuditException if it cannot be read or written, was changed, is of another device, or others may write to it
     */
    public static AuditLog open(Path folder, DeviceSigner signer, AuditOptions options) {
        return open(folder, signer, options, SegmentFile::open);
    }

    /** The same on another disk. */
    static AuditLog open(Path folder, DeviceSigner signer, AuditOptions options, SegmentFile.Opener opener) {
        try {
            var log = new AuditLog(folder, options, new LogWriter(new LogFolder(folder), signer, options, opener));
            log.thread.start();
            return log;
        } catch (IOException | RuntimeException e) {
            throw asAuditException(folder, e);
        }
    }

    @Override
    public void record(AuditEvent event) {
        if (event.type() == AuditEventType.LOG_GAP || event.type() == AuditEventType.LOG_ROTATE) {
            throw new IllegalArgumentException("type=" + event.type() + " is for the log itself to record");
        }
        await(new Entry(Happened.now(event.type(), AuditRecord.fieldsOf(event), options), new CompletableFuture<>()));
    }

    /** Ends the file of records, and begins another. */
    public void rotate() {
        await(new Order(Kind.ROTATE, new CompletableFuture<>()));
    }

    /** Signs a checkpoint now. */
    public void checkpoint() {
        await(new Order(Kind.CHECKPOINT, new CompletableFuture<>()));
    }

    /** The latest time that is known of the records that were there when this was opened: the clock must be past it. Absent in a new log. */
    public Optional<Instant> latestBefore() {
        return writer.latestBefore();
    }

    /** Events that could not be recorded, and are not yet recorded as a gap; see {@link OnError#CONTINUE}. */
    public long lostEvents() {
        return lost.get();
    }

    /**
     * Signs a last checkpoint. Idempotent: whoever closes it as well waits for that, and is not told of errors.
     *
     * @throws AuditException if it cannot be signed, and errors refuse
     */
    @Override
    public void close() {
        if (isClosing.compareAndSet(false, true)) {
            add(new Order(Kind.CLOSE, ended), true);
            await(ended);
        } else {
            ended.exceptionally(_ -> null).join();
        }
    }

    private void await(Task task) {
        if (!add(task, false)) {
            throw new AuditException(folder.toString(), "is closed");
        }
        await(task.done());
    }

    /** Not interruptible: whether something was recorded is not to be left open. */
    private void await(CompletableFuture<Void> done) {
        try {
            done.join();
        } catch (CompletionException e) {
            throw asAuditException(folder, e.getCause());
        }
    }

    /** False if nothing is done any more. */
    private synchronized boolean add(Task task, boolean isLast) {
        if (isClosed) {
            return false;
        }
        isClosed = isLast;
        return queue.add(task);
    }

    /** Whatever ends this thread, nobody waits for it any longer. */
    private void work() {
        try {
            workUntilClosed();
        } catch (Throwable e) {
            giveUp(e);
        }
    }

    private void giveUp(Throwable reason) {
        var failure = new AuditException(folder.toString(), "is closed, since its thread has failed: " + reason, reason);
        synchronized (this) {
            isClosed = true;
        }
        List<Task> waiting = new ArrayList<>(inHand);
        queue.drainTo(waiting);
        waiting.forEach(task -> task.done().completeExceptionally(failure));
        ended.completeExceptionally(failure);
        try {
            writer.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void workUntilClosed() {
        boolean goesOn = true;
        while (goesOn) {
            inHand = take();
            List<Entry> entries = new ArrayList<>();
            for (Task task : inHand) {
                switch (task) {
                    case Entry entry -> entries.add(entry);
                    case Order order -> {
                        append(entries);
                        entries = new ArrayList<>();
                        goesOn = obey(order);
                    }
                }
            }
            append(entries);
        }
    }

    /** All that there is to do; after some time, nothing. */
    private List<Task> take() {
        var tasks = new ArrayList<Task>();
        try {
            Task first = queue.poll(writer.untilDue().toNanos() + 1, TimeUnit.NANOSECONDS);
            if (first != null) {
                tasks.add(first);
                queue.drainTo(tasks);
                return tasks;
            }
        } catch (InterruptedException e) {
            // nobody has this thread to interrupt it; there is nothing to stop for
        }
        writer.checkpointIfDue();
        return tasks;
    }

    /** True if there is more to come. */
    private boolean obey(Order order) {
        try {
            switch (order.kind()) {
                case ROTATE -> writer.rotate();
                case CHECKPOINT -> writer.checkpoint();
                case CLOSE -> finish();
            }
            order.done().complete(null);
        } catch (IOException | RuntimeException | Error e) {
            if (order.kind() == Kind.CLOSE && options.onError() == OnError.CONTINUE) {
                order.done().complete(null);
            }
            order.done().completeExceptionally(e);
        }
        return order.kind() != Kind.CLOSE;
    }

    private void finish() throws IOException {
        try (writer) {
            if (lost.get() > 0) {
                writer.append(List.of(gap()));
                lost.set(0);
            }
            writer.checkpoint();
        }
    }

    private Happened gap() {
        return writer.gap("events that could not be written", lost.get());
    }

    private void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        try {
            writer.append(withGap(entries));
            lost.set(0);
            entries.forEach(entry -> entry.done().complete(null));
        } catch (IOException | RuntimeException | Error e) {
            fail(entries, e);
        }
    }

    private List<Happened> withGap(List<Entry> entries) {
        var events = new ArrayList<Happened>();
        if (lost.get() > 0) {
            events.add(gap());
        }
        entries.forEach(entry -> events.add(entry.happened()));
        return events;
    }

    private void fail(List<Entry> entries, Throwable reason) {
        if (options.onError() == OnError.CONTINUE) {
            lost.addAndGet(entries.size());
            entries.forEach(entry -> entry.done().complete(null));
        } else {
            entries.forEach(entry -> entry.done().completeExceptionally(reason));
        }
    }

    private static AuditException asAuditException(Path folder, Throwable failure) {
        return failure instanceof AuditException known ? known
                : new AuditException(folder.toString(), "cannot be written: " + failure, failure);
    }
}
