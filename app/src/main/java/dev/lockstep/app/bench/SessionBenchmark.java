package dev.lockstep.app.bench;

import com.sun.management.ThreadMXBean;
import dev.lockstep.models.Session;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Measures one session. Prompts are random tokens; generated tokens are the most probable ones, and forgotten. */
public final class SessionBenchmark {
    /** Any will do, but the same in every run. */
    private static final long SEED = 1;

    private final ThreadMXBean heap = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final BenchPlan plan;
    private final Session session;
    private final Consumer<String> progress;
    /** int32 ids, as many as the longest prompt or context has. */
    private final MemorySegment ids;

    /**
     * @param session borrowed; with the context that the plan requires
     * @param vocabularySize number of tokens to choose prompts from
     * @param memory for the prompts
     * @param progress is told what is measured next
     */
    public SessionBenchmark(BenchPlan plan, Session session, int vocabularySize, SecureArena memory,
            Consumer<String> progress) {
        this.plan = plan;
        this.session = session;
        this.progress = progress;
        this.ids = memory.allocate((long) plan.requiredContext() * Integer.BYTES);
        var random = new SplittableRandom(SEED);
        for (long at = 0; at < ids.byteSize(); at += Integer.BYTES) {
            ids.set(ValueLayout.JAVA_INT, at, random.nextInt(vocabularySize));
        }
    }

    /** Reads the first prompt and chooses the first token: the last steps of a cold start, timed with the clock of the first. */
    public ColdStart cold(ColdStart.Clock clock) {
        int promptTokens = plan.prompts().getFirst();
        progress.accept("first prompt of " + promptTokens + " tokens");
        read(promptTokens);
        double prefill = clock.lapMillis();
        session.decode(1);
        return clock.firstToken(promptTokens, prefill, clock.lapMillis());
    }

    private void read(int tokens) {
        session.read(ids.asSlice(0, (long) tokens * Integer.BYTES));
    }

    /** Reads prompts of one length, once to warm up and then for the clock. */
    public BenchResult.Prefill prefill(int tokens) {
        long[] nanos = new long[plan.repetitions()];
        progress.accept("warming up with a prompt of " + tokens + " tokens");
        session.reset();
        read(tokens);
        for (int i = 0; i < nanos.length; i++) {
            progress.accept("prompt of " + tokens + " tokens: " + (i + 1) + " of " + nanos.length);
            session.reset();
            long start = System.nanoTime();
            read(tokens);
            nanos[i] = System.nanoTime() - start;
        }
        return new BenchResult.Prefill(tokens, Rate.of(tokens, nanos));
    }

    /** Generates tokens after a context; what comes before them is not measured. */
    public BenchResult.Decode decode(int context) {
        long[] nanos = new long[plan.repetitions()];
        double[] heapBytes = new double[nanos.length];
        for (int i = 0; i < nanos.length; i++) {
            progress.accept(plan.tokens() + " tokens after " + context + ": " + (i + 1) + " of " + nanos.length);
            session.reset();
            read(context);
            session.decode(BenchPlan.WARM_UP_TOKENS);
            long callBytes = heapBytes(0);
            long start = System.nanoTime();
            long bytes = heapBytes(plan.tokens());
            nanos[i] = System.nanoTime() - start;
            heapBytes[i] = Math.max(0, bytes - callBytes) / (double) plan.tokens();
        }
        Arrays.sort(heapBytes);
        return new BenchResult.Decode(plan.tokens(), context, Rate.of(plan.tokens(), nanos), Rate.median(heapBytes));
    }

    /** Bytes that all threads allocate on the heap while tokens are generated, those of the call itself included. */
    private long heapBytes(int tokens) {
        long before = heap.getTotalThreadAllocatedBytes();
        session.decode(tokens);
        return heap.getTotalThreadAllocatedBytes() - before;
    }
}
