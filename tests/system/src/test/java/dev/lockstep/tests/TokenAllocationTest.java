package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.models.Model;
import dev.lockstep.models.Sampling;
import dev.lockstep.models.Session;
import dev.lockstep.models.Token;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.testkit.SharedData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Once warm, a token leaves nothing on the heap, on any thread. In a JVM of its own, see the pom. */
@Tag("alone")
class TokenAllocationTest {
    private static final int TOKENS = 100;
    private static final int THREADS = 2;

    /** A seed with which the demo model goes on for some hundred tokens. */
    private static final long LONG_STORY = 3;

    /** How long compilers may take; code that allocates for every token never gets quiet. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** In a row: a single one may be luck between two compilations. */
    private static final int QUIET_ROUNDS = 3;

    /** A text of a new length is a new view, and there are not many lengths; one view for each token would take more. */
    private static final long VIEWS_BYTES = 1500;

    /** Makes objects escape, as a listener of unknown code does. */
    private static volatile Token escaped;

    private final ThreadMXBean heap = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final long[] runnersThreads = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("surefire"))
            .mapToLong(Thread::threadId).toArray();
    private SecureArena memory;
    /** int32, shape (1): any token, so the first. */
    private MemorySegment ids;
    private MemorySegment text;

    @BeforeEach
    void open() {
        assumeThat(KernelSelection.current().emulated()).as("vectors that the machine has not").isFalse();
        memory = SecureArena.open("prompt");
        ids = memory.allocate(Integer.BYTES);
        text = memory.allocate(1);
        text.set(ValueLayout.JAVA_BYTE, 0, (byte) 'A');
    }

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    void decodingTheDemoModelAllocatesNothing() {
        try (Model model = Models.demo()) {
            assertThat(decodedTokens(model)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f16", "q4_0", "q4_k"})
    void decodingAllocatesNothing(String type) {
        try (Model model = Models.unsigned(SharedData.path("checkpoints/arch/llama/model-" + type + ".gguf"), THREADS)) {
            assertThat(decodedTokens(model)).isZero();
        }
    }

    /** Every way through a block: norms of other kinds, before, after and in parallel, windows, caps, biases, learned positions, experts. */
    @ParameterizedTest
    @ValueSource(strings = {"gemma2", "gemma3", "phi2", "gpt2", "cohere2", "qwen2moe"})
    void decodingOtherFamiliesAllocatesNothing(String family) {
        try (Model model = Models.unsigned(SharedData.path("checkpoints/arch/" + family + "/model-f32.gguf"), THREADS)) {
            assertThat(decodedTokens(model)).isZero();
        }
    }

    /** The listener may keep the record, so one is made for each token; the text in it lies where the last one lay. */
    @Test
    void generatingAllocatesNothingButTheRecordForTheListener() {
        var sampling = Sampling.defaults().seed(LONG_STORY).stop("never said", "nor this");
        long limit = TOKENS * recordBytes() + VIEWS_BYTES;
        try (Model model = Models.demo(); Session session = model.newSession()) {
            long bytes = leastBytes(limit, count -> {
                session.reset();
                var generation = session.generate(text, sampling.maxTokens(count), token -> { });
                assertThat(generation.generatedTokens()).isEqualTo(count);
            });
            assertThat(bytes).isLessThanOrEqualTo(limit);
        }
    }

    private long decodedTokens(Model model) {
        try (Session session = model.newSession()) {
            return leastBytes(0, count -> {
                session.reset();
                session.read(ids);
                session.decode(count);
            });
        }
    }

    /** Bytes for {@link #TOKENS} tokens beyond those of a call for one: the most of some rounds in a row, at their best. */
    private long leastBytes(long limit, IntConsumer call) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long least = Long.MAX_VALUE;
        while (least > limit && System.nanoTime() - deadline < 0) {
            long most = 0;
            for (int round = 0; round < QUIET_ROUNDS; round++) {
                long one = bytes(call, 1);
                // the call itself may have got cheaper, which says nothing about tokens
                most = Math.max(most, Math.abs(bytes(call, 1 + TOKENS) - one));
            }
            least = Math.min(least, most);
        }
        return least;
    }

    private long bytes(IntConsumer call, int tokens) {
        long before = allocatedBytes();
        call.accept(tokens);
        return allocatedBytes() - before;
    }

    /** By all threads but the test runner's own: one of them flushes streams ten times a second, with some objects each time. */
    private long allocatedBytes() {
        long bytes = heap.getTotalThreadAllocatedBytes();
        for (long thread : runnersThreads) {
            bytes -= heap.getThreadAllocatedBytes(thread);
        }
        return bytes;
    }

    private long recordBytes() {
        int count = 1000;
        long before = heap.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < count; i++) {
            escaped = new Token(i, text);
        }
        return (heap.getCurrentThreadAllocatedBytes() - before) / count;
    }
}
