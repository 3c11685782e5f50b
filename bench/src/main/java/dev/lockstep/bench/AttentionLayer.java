package dev.lockstep.bench;

import dev.lockstep.kernel.AttentionSpec;
import dev.lockstep.kernel.CachedHead;
import dev.lockstep.kernel.FloatRows;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One layer of attention as in Llama 3.2 1B: {@value #KV_HEADS} key/value heads, each shared by {@value #GROUP} query heads, and
 * a cache that is full up to the last token. All heads have the same keys and values, in memory of their own.
 */
@State(Scope.Benchmark)
public abstract class AttentionLayer {
    private static final int KV_HEADS = 8;
    private static final int GROUP = 4;
    private static final long SEED = 0x5EED_0A77L;

    /** Relative to the largest value, at 1000 positions: what {@code AttentionTest} in kernel allows. */
    private static final double TOLERANCE = 4e-6;

    @Param({"F32", "F16", "Q8_0"})
    public KvType cache;

    /** 1 is decode, 32 is a batch of a prompt. */
    @Param({"1", "32"})
    public int tokens;

    @Param({"64", "128"})
    public int headDim;

    private SecureArena arena;
    private Kernels vector;
    private Kernels scalar;
    private AttentionSpec spec;
    private CachedHead[] heads;
    /** Shape (tokens, KV_HEADS * GROUP * headDim). */
    private FloatRows q;
    /** Shape (tokens, KV_HEADS * GROUP * headDim). */
    private FloatRows out;
    private MemorySegment scratch;

    /** Positions in the cache, those of the tokens included. */
    abstract int context();

    @Setup(Level.Trial)
    public void setUp() {
        Machine.announce(1);
        vector = Machine.vectorKernels();
        scalar = new ScalarKernels(vector.panelRows());
        spec = AttentionSpec.causal(GROUP, headDim);
        arena = SecureArena.open("attention");
        heads = new CachedHead[KV_HEADS];
        var layout = new KvLayout(cache, headDim, headDim);
        Arrays.setAll(heads, _ -> new CachedHead(layout, arena.allocate(layout.byteSize(context())), 0));
        fillHeads();
        q = Matrices.randomRows(tokens, KV_HEADS * GROUP * headDim, vector.panelRows(), arena);
        out = newOutput();
        scratch = arena.allocate(Math.max(vector.attentionScratchBytes(layout, tokens * GROUP),
                scalar.attentionScratchBytes(layout, tokens * GROUP)));
        check();
    }

    private FloatRows newOutput() {
        return FloatRows.allocate(arena, tokens, KV_HEADS * GROUP * headDim, vector.panelRows());
    }

    private void fillHeads() {
        MemorySegment keyAndValue = arena.allocate(2L * headDim * Float.BYTES);
        var random = new SplittableRandom(SEED);
        for (int position = 0; position < context(); position++) {
            Matrices.fill(keyAndValue, 2L * headDim, random);
            scalar.storeKv(heads[0], position, keyAndValue, 0, keyAndValue, (long) headDim * Float.BYTES);
        }
        for (int head = 1; head < KV_HEADS; head++) {
            heads[head].memory().copyFrom(heads[0].memory());
        }
    }

    /** The first and the last token, for which the twin need not go through all others. */
    private void check() {
        attend(vector, 0, tokens, out);
        FloatRows expected = newOutput();
        for (int token : new int[] {0, tokens - 1}) {
            attend(scalar, token, 1, expected);
            requireClose(token, expected);
        }
    }

    private void requireClose(int token, FloatRows expected) {
        double largest = 0;
        double error = 0;
        for (long i = 0; i < expected.columns(); i++) {
            float wanted = expected.data().get(LittleEndian.FLOAT, expected.offset(token) + i * Float.BYTES);
            float actual = out.data().get(LittleEndian.FLOAT, out.offset(token) + i * Float.BYTES);
            largest = Math.max(largest, Math.abs(wanted));
            // passes a NaN on, which the comparison below refuses
            error = Math.max(error, Math.abs((double) wanted - actual));
        }
        // roundings of a sum that is made one by one add up like a random walk
        double allowed = largest * TOLERANCE * Math.max(1, Math.sqrt(context() / 1000.0));
        if (!(error <= allowed) || largest == 0) {
            throw new IllegalStateException("token " + token + ": error=" + error + ", allowed=" + allowed);
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    MemorySegment vector(Work work) {
        return measured(vector, work);
    }

    MemorySegment scalar(Work work) {
        return measured(scalar, work);
    }

    private MemorySegment measured(Kernels kernels, Work work) {
        work.add(KV_HEADS * heads[0].layout().byteSize(context()), multiplyAdds());
        attend(kernels, 0, tokens, out);
        return out.data();
    }

    /** Each query meets the key and the value of every position up to its own. */
    private long multiplyAdds() {
        long positions = (long) tokens * context() - (long) tokens * (tokens - 1) / 2;
        return positions * KV_HEADS * GROUP * 2 * headDim;
    }

    private void attend(Kernels kernels, int firstToken, int count, FloatRows result) {
        for (int head = 0; head < KV_HEADS; head++) {
            kernels.attention(heads[head], spec, head, q, result, firstToken, count, context() - tokens + firstToken, scratch);
        }
    }
}
