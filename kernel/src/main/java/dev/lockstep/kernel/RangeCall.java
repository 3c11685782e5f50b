package dev.lockstep.kernel;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The call a {@link WorkerPool} is working on: the task, how its range is cut, and what went wrong. There is one per pool, used
 * again for each call, so that a call allocates nothing.
 *
 * <p><b>The cut.</b> The range begins with one <em>first chunk</em> per member of the team, half of a fair share each. Member i
 * always gets the i-th, so nobody queues at the start, and from token to token the same core reads the same rows. The rest is
 * taken in order from a cursor, in rounds of one chunk per member that make up half of what is left: half a share is what a core
 * that a neighbour slows to half its speed manages in the time of a whole one; large chunks are read from memory in one go, and
 * for the small ones at the end nobody waits long. After them the cursor goes through the team once more: the
 * first chunk of a worker that has not come by then (it was asleep, or its core is taken) is done by whoever finds it.
 *
 * <p><b>Threads.</b> {@link #begin} and {@link #end} by the calling thread while no worker is inside; {@link #execute} by each
 * member of the team, which {@link Worker} orders after the one and before the other. Hence the plain fields.
 */
final class RangeCall {
    /** Workers 1, 2, …; member 0 is the caller. */
    private final Worker[] workers;
    /** Next shared chunk, and after those, next worker whose first chunk is to be looked at. */
    private final PaddedAtomicInteger cursor = new PaddedAtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private WorkerPool.RangeTask task;
    private Thread caller;
    /** Length of the range, in items. */
    private long count;
    /** Members of the team, 1 to {@link #count}. */
    private int team;
    /** Length of each first chunk, in items. */
    private long firstChunk;
    private int sharedChunks;

    /** @param workers of the pool; filled before the first call, by the pool */
    RangeCall(Worker[] workers) {
        this.workers = workers;
    }

    /**
     * Cuts the range.
     *
     * @param count at least 1
     * @return size of the team that the range is cut for, the calling thread included
     */
    int begin(long count, WorkerPool.RangeTask task) {
        this.task = task;
        this.count = count;
        caller = Thread.currentThread();
        team = (int) Math.min(workers.length + 1, count);
        firstChunk = team == 1 ? count : Math.max(1, count / (2L * team));
        sharedChunks = sharedChunks(count - team * firstChunk);
        cursor.set(0);
        return team;
    }

    private int sharedChunks(long shared) {
        int chunks = 0;
        long rest = shared;
        for (long chunk = chunkOfRound(rest); chunk > 1; chunk = chunkOfRound(rest)) {
            rest -= team * chunk;
            chunks += team;
        }
        return Math.toIntExact(chunks + rest);
    }

    /** Length of the chunks of a round at whose beginning there are so many items left. */
    private long chunkOfRound(long rest) {
        return Math.max(1, rest / (2L * team));
    }

    /**
     * Forgets the caller's objects: an idle pool must not keep a session reachable.
     *
     * @return the first failure, or null
     */
    Throwable end() {
        task = null;
        caller = null;
        return failure.getAndSet(null);
    }

    Thread caller() {
        return caller;
    }

    /** Does what there is to do as a member of the team. Never throws: the first failure is kept for {@link #end}. */
    void execute(int member) {
        executeFirstChunk(member, member);
        int last = sharedChunks + team - 1;
        for (int next = cursor.getAndIncrement(); next < last; next = cursor.getAndIncrement()) {
            if (next < sharedChunks) {
                executeSharedChunk(member, next);
            } else {
                executeFor(member, workers[next - sharedChunks]);
            }
        }
    }

    /** Does a worker's first chunk in its place if it has not come; it then stays away from this call. */
    void executeFor(int member, Worker absent) {
        if (absent.dismiss()) {
            executeFirstChunk(member, absent.number());
        }
    }

    private void executeFirstChunk(int member, int index) {
        execute(member, index * firstChunk, firstChunk);
    }

    private void executeSharedChunk(int member, int index) {
        long from = team * firstChunk;
        int inRound = index;
        long chunk = chunkOfRound(count - from);
        while (inRound >= team && chunk > 1) {
            from += team * chunk;
            inRound -= team;
            chunk = chunkOfRound(count - from);
        }
        execute(member, from + inRound * chunk, chunk);
    }

    private void execute(int member, long from, long items) {
        if (failure.get() != null) {
            return;
        }
        try {
            task.run(member, from, from + items);
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** Keeps the first failure; what has not begun is left out from then on. */
    void fail(Throwable t) {
        failure.compareAndSet(null, t);
    }
}
