package dev.lockstep.securemem;

import java.lang.foreign.MemorySegment;

/**
 * One allocation.
 *
 * @param data what was asked for
 * @param before canary that ends where the data begins
 * @param behind canary that begins where the data ends
 * @param seal makes the whole of it read-only and writable again
 */
record Block(MemorySegment data, MemorySegment before, MemorySegment behind, Seal seal) {
    /** What protects memory from being written. */
    interface Seal {
        /** Where the system is not asked: whoever has a segment can write to it. */
        Seal NONE = _ -> { };

        void set(boolean readOnly);
    }

    Block {
        Canary.write(before);
        Canary.write(behind);
    }

    /** Overwrites the data, sealed or not, with zeros. */
    void zero() {
        seal.set(false);
        data.fill((byte) 0);
    }

    boolean isIntact() {
        return Canary.isIntact(before) && Canary.isIntact(behind);
    }
}
