package dev.lockstep.bench;

import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.Lockstep;
import dev.lockstep.models.Model;
import dev.lockstep.models.Session;
import dev.lockstep.models.Workload;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A model of random weights with one session, and a prompt of random tokens for it. */
@State(Scope.Benchmark)
public class RandomModel {
    private static final long SEED = 0x5EED_0D31L;

    /** Tokens that are checked: a whole tile and one more. */
    private static final int CHECKED = 5;

    @Param("llama-3.2-1b")
    public String shape;

    @Param({"Q8_0", "Q4_0", "Q4_K"})
    public DType type;

    @Param("2")
    public int threads;

    /** Tokens of the prompt. */
    @Param("128")
    public int prompt;

    /** Tokens to generate. */
    @Param("32")
    public int generated;

    private SecureArena arena;
    private Model model;
    private Session session;
    /** int32, shape (prompt). */
    private MemorySegment ids;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Machine.announce(threads);
        Machine.vectorKernels();
        try (var file = SyntheticFile.write(shape, type)) {
            model = Lockstep.load(file.model(), TrustPolicy.allowUnsigned(), LoadOptions.defaults().withThreads(threads));
        }
        // one token more: the first is chosen before the clock starts
        session = model.newSession(prompt + 1 + generated);
        arena = SecureArena.open("prompt");
        int[] tokens = new SplittableRandom(SEED).ints(prompt, 0, model.tokenizer().vocabularySize()).toArray();
        ids = arena.allocate((long) prompt * Integer.BYTES).copyFrom(MemorySegment.ofArray(tokens));
        check(Arrays.copyOf(tokens, Math.min(prompt, CHECKED)));
    }

    /** All at once and one by one, tokens go through different kernels, and must come to the same logits, to the last bit. */
    private void check(int[] tokens) {
        float[] together = logitsAfter(tokens);
        session.reset();
        float[] oneByOne = null;
        for (int token : tokens) {
            oneByOne = logitsAfter(token);
        }
        if (!Arrays.equals(together, oneByOne) || isMeaningless(together)) {
            throw new IllegalStateException("the logits of a batch and of single tokens differ, or mean nothing");
        }
    }

    /** Equal or infinite logits come of weights that are zero or too large, NaN of anything. */
    private static boolean isMeaningless(float[] logits) {
        float first = logits[0];
        boolean allEqual = true;
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                return true;
            }
            allEqual &= logit == first;
        }
        return allEqual;
    }

    /** Of the last one. */
    private float[] logitsAfter(int... tokens) {
        float[] logits = new float[model.tokenizer().vocabularySize()];
        session.score(tokens, (_, row) -> MemorySegment.copy(row, LittleEndian.FLOAT, 0, logits, 0, logits.length));
        return logits;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        model.close();
        arena.close();
    }

    Workload workload() {
        return model.workload();
    }

    void reset() {
        session.reset();
    }

    /** Returns the session's position. */
    int readPrompt() {
        session.read(ids);
        return session.position();
    }

    /** Returns the session's position. */
    int generate(int tokens) {
        session.decode(tokens);
        return session.position();
    }
}
