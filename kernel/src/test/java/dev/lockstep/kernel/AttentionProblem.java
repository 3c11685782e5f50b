package dev.lockstep.kernel;

import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * The last {@code tokens} of {@code positions} tokens attend to a cache of random keys and values. Whatever a kernel must not rely
 * on holds garbage: the scratch memory, the output, and the cache behind the last position.
 */
final class AttentionProblem {
    final KvLayout layout;
    final AttentionSpec spec;
    final int positions;
    final int tokens;
    final CachedHead cache;
    /** (tokens, heads * keyDim). */
    final FloatRows q;
    private final Arena arena;

    AttentionProblem(Arena arena, KvLayout layout, AttentionSpec spec, int positions, int tokens, SplittableRandom random) {
        this(arena, layout, spec, positions, tokens, random::nextGaussian);
    }

    AttentionProblem(Arena arena, KvLayout layout, AttentionSpec spec, int positions, int tokens, DoubleSupplier numbers) {
        this.arena = arena;
        this.layout = layout;
        this.spec = spec;
        this.positions = positions;
        this.tokens = tokens;
        this.cache = new CachedHead(layout, arena.allocate(64 + layout.byteSize(positions), 64), 64);
        int behind = (int) (layout.byteSize(positions) / layout.blockBytes()) * KvLayout.BLOCK;
        MemorySegment garbage = floats(layout.keyDim() + layout.valueDim(), () -> -1e30);
        for (int position = positions; position < behind; position++) {
            store(position, garbage);
        }
        for (int position = 0; position < positions; position++) {
            store(position, floats(layout.keyDim() + layout.valueDim(), numbers));
        }
        this.q = rows(layout.keyDim(), numbers);
    }

    private void store(int position, MemorySegment keyAndValue) {
        KernelSelection.kernels().storeKv(cache, position, keyAndValue, 0, keyAndValue, (long) layout.keyDim() * Float.BYTES);
    }

    private FloatRows rows(int headDim, DoubleSupplier numbers) {
        int columns = spec.heads() * headDim;
        return new FloatRows(floats(tokens * columns, numbers), tokens, columns, columns);
    }

    private MemorySegment floats(int count, DoubleSupplier numbers) {
        MemorySegment floats = arena.allocate((long) count * Float.BYTES);
        for (int i = 0; i < count; i++) {
            floats.set(LittleEndian.FLOAT, (long) i * Float.BYTES, (float) numbers.getAsDouble());
        }
        return floats;
    }

    /** (tokens, heads * valueDim), with so many tokens at a time. */
    float[] solve(Kernels kernels, int tokensAtATime) {
        FloatRows out = rows(layout.valueDim(), () -> Double.NaN);
        for (int token = 0; token < tokens; token += tokensAtATime) {
            int count = Math.min(tokensAtATime, tokens - token);
            kernels.attention(cache, spec, 0, q, out, token, count, positions - tokens + token,
                    scratch(kernels, count * spec.heads()));
        }
        return out.data().toArray(LittleEndian.FLOAT);
    }

    /** The same, each head by itself. */
    float[] solveHeadByHead(Kernels kernels) {
        FloatRows out = rows(layout.valueDim(), () -> Double.NaN);
        var alone = new AttentionSpec(1, spec.scale(), spec.window(), spec.softCap(), spec.seenByAll());
        for (int head = 0; head < spec.heads(); head++) {
            kernels.attention(cache, alone, head, q, out, 0, tokens, positions - tokens, scratch(kernels, tokens));
        }
        return out.data().toArray(LittleEndian.FLOAT);
    }

    private MemorySegment scratch(Kernels kernels, int queries) {
        // as floats: NaN
        return arena.allocate(kernels.attentionScratchBytes(layout, queries), 64).fill((byte) 0xFF);
    }

    float query(int token, int head, int dim) {
        return q.data().get(LittleEndian.FLOAT, q.offset(token) + (long) (head * layout.keyDim() + dim) * Float.BYTES);
    }

    @Override
    public String toString() {
        return layout + ", " + spec + ", positions=" + positions + ", tokens=" + tokens;
    }
}
