package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Bytes moved per second, printed below the score. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Traffic {
    /** 10⁹ bytes; a rate, so GB/s. */
    public double gigabytes;

    void add(long bytes) {
        gigabytes += bytes / 1e9;
    }
}
