package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.kernel.internal.CeilingLoops;
import dev.lockstep.quant.LittleEndian;
import java.lang.foreign.MemorySegment;

/** The ceilings of plain Java. */
public final class ScalarCeilings implements CeilingLoops {
    private static final int CHAINS = 12;
    private static final int LONGS = 8;

    @Override
    public int vectorBits() {
        return 0;
    }

    @Override
    public int xor(MemorySegment memory, long from, long to) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (long at = from; at < to; at += LONGS * Long.BYTES) {
            a ^= memory.get(LittleEndian.LONG, at) ^ memory.get(LittleEndian.LONG, at + 4 * Long.BYTES);
            b ^= memory.get(LittleEndian.LONG, at + Long.BYTES) ^ memory.get(LittleEndian.LONG, at + 5 * Long.BYTES);
            c ^= memory.get(LittleEndian.LONG, at + 2 * Long.BYTES) ^ memory.get(LittleEndian.LONG, at + 6 * Long.BYTES);
            d ^= memory.get(LittleEndian.LONG, at + 3 * Long.BYTES) ^ memory.get(LittleEndian.LONG, at + 7 * Long.BYTES);
        }
        long all = a ^ b ^ c ^ d;
        return (int) (all ^ all >>> Integer.SIZE);
    }

    @Override
    public int fmasPerStep() {
        return CHAINS;
    }

    /** Each chain grows by a quarter per step, from another start so that no two are the same to the compiler. */
    @Override
    public void fma(int steps, MemorySegment sink, long offset) {
        float h = 0.5f;
        float a0 = 0;
        float a1 = 1;
        float a2 = 2;
        float a3 = 3;
        float a4 = 4;
        float a5 = 5;
        float a6 = 6;
        float a7 = 7;
        float a8 = 8;
        float a9 = 9;
        float a10 = 10;
        float a11 = 11;
        for (int i = 0; i < steps; i++) {
            a0 = Math.fma(h, h, a0);
            a1 = Math.fma(h, h, a1);
            a2 = Math.fma(h, h, a2);
            a3 = Math.fma(h, h, a3);
            a4 = Math.fma(h, h, a4);
            a5 = Math.fma(h, h, a5);
            a6 = Math.fma(h, h, a6);
            a7 = Math.fma(h, h, a7);
            a8 = Math.fma(h, h, a8);
            a9 = Math.fma(h, h, a9);
            a10 = Math.fma(h, h, a10);
            a11 = Math.fma(h, h, a11);
        }
        sink.set(LittleEndian.FLOAT, offset, a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11);
    }
}
