package dev.lockstep.securemem;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * An arena whose memory is overwritten with zeros before it is freed.
 *
 * <p><b>Ownership.</b> Whoever opens the arena owns it and closes it. Segments are borrowed and die with the arena: any
 * later access throws {@link IllegalStateException}, it never reads freed memory.
 *
 * <p><b>Closing.</b> {@link #close()} refuses new work, waits until every {@link Lease} has been given back, fills all
 * memory with zeros, frees it, and may be called any number of times from any thread; every call returns only after the
 * memory is gone. A thread that holds a lease cannot close the arena: it would wait for itself.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Segments are shared; who writes where is the borrower's
 * business.
 */
public final class SecureArena implements Arena {
    /** Every segment starts on a multiple of this many bytes: a cache line, and the widest vector. */
    public static final long ALIGNMENT = 64;

    /** How long close() retries while a foreign access (say, a channel read without a lease) still pins a segment. */
    private static final long RELEASE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long RELEASE_RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** How long the end of the process waits for operations that are under way: they may write after they were overwritten. */
    private static final long END_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum State { OPEN, CLOSING, CLOSED }

    /** Every arena that still holds memory, for {@link #zeroAll}. */
    private static final Set<SecureArena> HOLDING = ConcurrentHashMap.newKeySet();

    private static volatile boolean processEnds;

    private final String name;
    private final Arena memory = Arena.ofShared();
    private final Consumer<MemorySegment> beforeFree;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Block> blocks = new ArrayList<>();
    private final Set<Lease> leases = new HashSet<>();
    private State state = State.OPEN;
    /** True if somebody held a lease while {@link #zeroAll} overwrote it, and may have written since. */
    private boolean wipedInUse;
    private long allocatedBytes;
    private Zeroing zeroing = Zeroing.NONE;

    private SecureArena(String name, Consumer<MemorySegment> beforeFree) {
        this.name = Objects.requireNonNull(name, "name");
        this.beforeFree = beforeFree;
    }

    /**
     * Overwrites the memory of all open arenas with zeros, in use or not: for the moment in which the process ends. Nothing is freed;
     * whoever is still computing computes nonsense, and nobody gets new arenas, memory or leases any more. Operations under way are
     * waited for, up to two seconds, and what they wrote meanwhile is overwritten as well.
     *
     * @return how much was overwritten
     */
    public static Zeroing zeroAll() {
        processEnds = true;
        Zeroing zeroing = zeroEverything();
        List<SecureArena> inUse = HOLDING.stream().filter(SecureArena::wasWipedInUse).toList();
        long deadline = System.nanoTime() + END_PATIENCE_NANOS;
        inUse.forEach(arena -> arena.awaitLeases(deadline));
        return inUse.isEmpty() ? zeroing : zeroing.again(zeroEverything());
    }

    private static Zeroing zeroEverything() {
        var sum = new AtomicReference<>(Zeroing.NONE);
        Closing.all(HOLDING.stream().map(arena -> (Runnable) () -> sum.accumulateAndGet(arena.zeroInUse(), Zeroing::plus)).toList());
        return sum.get();
    }

    /** True once {@link #zeroAll} has begun: what is computed from then on is nonsense, and must not replace anything. */
    public static boolean isProcessEnding() {
        return processEnds;
    }

    /** For tests: as if {@link #zeroAll} had never been called. */
    static void processGoesOn() {
        processEnds = false;
    }

    private Zeroing zeroInUse() {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return Zeroing.NONE;
            }
            state = State.CLOSING;
            wipedInUse |= !leases.isEmpty();
            long start = System.nanoTime();
            zeroBlocks();
            return new Zeroing(allocatedBytes, System.nanoTime() - start);
        } finally {
            lock.unlock();
        }
    }

    private void zeroBlocks() {
        Closing.all(blocks.stream().map(block -> (Runnable) block::zero).toList());
    }

    private boolean wasWipedInUse() {
        lock.lock();
        try {
            return wipedInUse;
        } finally {
            lock.unlock();
        }
    }

    private void awaitLeases(long deadline) {
        lock.lock();
        try {
            long left = deadline - System.nanoTime();
            while (!leases.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens an empty arena. The name says what the memory is for and appears in messages; keep secrets out of it.
     *
     * @throws IllegalStateException if the process ends, see {@link #zeroAll}
     */
    public static SecureArena open(String name) {
        return open(name, segment -> { });
    }

    /** For tests: {@code beforeFree} sees each segment after it was zeroed and before it is freed. */
    static SecureArena open(String name, Consumer<MemorySegment> beforeFree) {
        var arena = new SecureArena(name, beforeFree);
        HOLDING.add(arena);
        // after it is in the list: either it is seen there, or it sees that it is too late
        if (processEnds) {
            arena.close();
            throw new IllegalStateException("the process ends; there is no memory any more for " + name);
        }
        return arena;
    }

    /**
     * Allocates zero-filled memory.
     *
     * @param byteSize size in bytes, zero or more
     * @param byteAlignment a power of two; {@value #ALIGNMENT} is used where it is smaller
     * @throws IllegalArgumentException if the size is negative or the alignment is not a power of two
     * @throws IllegalStateException if the arena is closing or closed
     * @throws SecureMemoryException if the memory cannot be had; nothing changes then
     * @throws HardeningException if it cannot be protected as is demanded; nothing changes then
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize=" + byteSize + " must not be negative");
        }
        if (byteAlignment <= 0 || Long.bitCount(byteAlignment) != 1) {
            throw new IllegalArgumentException("byteAlignment=" + byteAlignment + " must be a power of two");
        }
        lock.lock();
        try {
            requireOpen();
            MemoryBudget.take(byteSize, name);
            try {
                Block block = Hardening.allocator().allocate(memory, byteSize, Math.max(byteAlignment, ALIGNMENT));
                blocks.add(block);
                allocatedBytes += byteSize;
                return block.data();
            } catch (Throwable t) {
                MemoryBudget.giveBack(byteSize);
                throw t;
            }
        } catch (OutOfMemoryError e) {
            throw new SecureMemoryException("cannot allocate " + byteSize + " bytes for " + name
                    + " (already holding " + allocatedBytes + " bytes)", e);
        } finally {
            lock.unlock();
        }
    }

    /** Allocates {@code byteSize} zero-filled bytes, aligned to {@value #ALIGNMENT}. */
    @Override
    public MemorySegment allocate(long byteSize) {
        return allocate(byteSize, ALIGNMENT);
    }

    /**
     * Borrows the arena for one operation: until the lease is closed, {@link #close()} waits.
     *
     * @throws IllegalStateException if the arena is closing or closed
     */
    public Lease lease() {
        lock.lock();
        try {
            requireOpen();
            Lease lease = new Lease(Thread.currentThread());
            leases.add(lease);
            return lease;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes what was allocated so far read-only until it is closed, if {@linkplain Hardening hardening} is on: whoever writes to it all
     * the same crashes the process. Without, nothing changes.
     *
     * @throws IllegalStateException if the arena is closing or closed
     * @throws HardeningException if it cannot be had and is demanded
     */
    public void seal() {
        lock.lock();
        try {
            requireOpen();
            blocks.forEach(block -> block.seal().set(true));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public MemorySegment.Scope scope() {
        return memory.scope();
    }

    /**
     * Waits for leases, zeroes, frees. Idempotent; a second caller waits for the first. An interrupt does not cut the
     * wait short (the memory would stay readable) and is kept pending.
     *
     * @throws IllegalStateException if this thread holds a lease, or if memory stays pinned by an access without a
     *     lease; the memory is zeroed in the second case all the same
     * @throws SecureMemoryException if somebody has written over the end or the beginning of an allocation; the memory is zeroed and
     *     freed all the same
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            if (leases.stream().anyMatch(lease -> lease.holder == Thread.currentThread())) {
                throw new IllegalStateException("closing " + name + " from inside an operation that uses it");
            }
            state = State.CLOSING;
            while (!leases.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            if (state == State.CLOSING) {
                zeroAndFree();
            }
        } finally {
            lock.unlock();
        }
    }

    private void zeroAndFree() {
        boolean intact = blocks.stream().allMatch(Block::isIntact);
        long start = System.nanoTime();
        zeroBlocks();
        zeroing = new Zeroing(allocatedBytes, System.nanoTime() - start);
        blocks.forEach(block -> beforeFree.accept(block.data()));
        free();
        MemoryBudget.giveBack(allocatedBytes);
        blocks.clear();
        HOLDING.remove(this);
        state = State.CLOSED;
        changed.signalAll();
        if (!intact) {
            throw new SecureMemoryException("something has written over the edge of the memory of " + name + "; what was computed with it"
                    + " cannot be trusted");
        }
    }

    private void free() {
        long deadline = System.nanoTime() + RELEASE_TIMEOUT_NANOS;
        while (true) {
            try {
                memory.close();
                return;
            } catch (IllegalStateException pinned) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(name + " is zeroed but still in use by another thread", pinned);
                }
                LockSupport.parkNanos(RELEASE_RETRY_NANOS);
            }
        }
    }

    /** Bytes handed out so far. */
    public long allocatedBytes() {
        lock.lock();
        try {
            return allocatedBytes;
        } finally {
            lock.unlock();
        }
    }

    /** What close() overwrote and how long that took; {@link Zeroing#NONE} until then. */
    public Zeroing zeroing() {
        lock.lock();
        try {
            return zeroing;
        } finally {
            lock.unlock();
        }
    }

    /** True once the memory is zeroed and freed. */
    public boolean isClosed() {
        lock.lock();
        try {
            return state == State.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    /** True once {@link #close} or {@link #zeroAll} has begun: whoever is at work should come to an end. */
    public boolean isClosing() {
        lock.lock();
        try {
            return state != State.OPEN;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public String toString() {
        return "SecureArena[" + name + ", " + allocatedBytes() + " bytes]";
    }

    /** The right to use an arena's memory for one operation; give it back with {@link #close()}, once or more often. */
    public final class Lease implements AutoCloseable {
        private final Thread holder;

        private Lease(Thread holder) {
            this.holder = holder;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (leases.remove(this)) {
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
