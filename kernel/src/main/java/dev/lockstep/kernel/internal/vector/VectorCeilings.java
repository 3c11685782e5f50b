package dev.lockstep.kernel.internal.vector;

import static dev.lockstep.kernel.internal.vector.Species.FLOATS;
import static dev.lockstep.kernel.internal.vector.Species.VECTOR_BYTES;
import static dev.lockstep.kernel.internal.vector.Species.INTS;
import static dev.lockstep.kernel.internal.vector.Species.LANES;
import static dev.lockstep.kernel.internal.vector.Species.ORDER;

import dev.lockstep.kernel.internal.CeilingLoops;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The ceilings at the width that the kernels use. */
public final class VectorCeilings implements CeilingLoops {
    private static final int CHAINS = 12;
    private static final int LOADS = 8;

    @Override
    public int vectorBits() {
        return FLOATS.vectorBitSize();
    }

    @Override
    public int xor(MemorySegment memory, long from, long to) {
        IntVector a = IntVector.zero(INTS);
        IntVector b = a;
        IntVector c = a;
        IntVector d = a;
        IntVector e = a;
        IntVector f = a;
        IntVector g = a;
        IntVector h = a;
        for (long at = from; at < to; at += (long) LOADS * VECTOR_BYTES) {
            a = a.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at, ORDER));
            b = b.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + VECTOR_BYTES, ORDER));
            c = c.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + 2L * VECTOR_BYTES, ORDER));
            d = d.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + 3L * VECTOR_BYTES, ORDER));
            e = e.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + 4L * VECTOR_BYTES, ORDER));
            f = f.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + 5L * VECTOR_BYTES, ORDER));
            g = g.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + 6L * VECTOR_BYTES, ORDER));
            h = h.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(INTS, memory, at + 7L * VECTOR_BYTES, ORDER));
        }
        a = a.lanewise(VectorOperators.XOR, b).lanewise(VectorOperators.XOR, c).lanewise(VectorOperators.XOR, d);
        e = e.lanewise(VectorOperators.XOR, f).lanewise(VectorOperators.XOR, g).lanewise(VectorOperators.XOR, h);
        return a.lanewise(VectorOperators.XOR, e).reduceLanes(VectorOperators.XOR);
    }

    @Override
    public int fmasPerStep() {
        return CHAINS * LANES;
    }

    /**
     * Each chain grows by a quarter per step, as in the scalar twin. Twelve chains: enough for two units with a latency of four
     * to five cycles, and with the factor they still fit into the sixteen registers of AVX2.
     */
    @Override
    public void fma(int steps, MemorySegment sink, long offset) {
        FloatVector h = FloatVector.broadcast(FLOATS, 0.5f);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.broadcast(FLOATS, 1);
        FloatVector a2 = FloatVector.broadcast(FLOATS, 2);
        FloatVector a3 = FloatVector.broadcast(FLOATS, 3);
        FloatVector a4 = FloatVector.broadcast(FLOATS, 4);
        FloatVector a5 = FloatVector.broadcast(FLOATS, 5);
        FloatVector a6 = FloatVector.broadcast(FLOATS, 6);
        FloatVector a7 = FloatVector.broadcast(FLOATS, 7);
        FloatVector a8 = FloatVector.broadcast(FLOATS, 8);
        FloatVector a9 = FloatVector.broadcast(FLOATS, 9);
        FloatVector a10 = FloatVector.broadcast(FLOATS, 10);
        FloatVector a11 = FloatVector.broadcast(FLOATS, 11);
        for (int i = 0; i < steps; i++) {
            a0 = h.fma(h, a0);
            a1 = h.fma(h, a1);
            a2 = h.fma(h, a2);
            a3 = h.fma(h, a3);
            a4 = h.fma(h, a4);
            a5 = h.fma(h, a5);
            a6 = h.fma(h, a6);
            a7 = h.fma(h, a7);
            a8 = h.fma(h, a8);
            a9 = h.fma(h, a9);
            a10 = h.fma(h, a10);
            a11 = h.fma(h, a11);
        }
        a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11)
                .intoMemorySegment(sink, offset, ORDER);
    }
}
