package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Bytes moved per second, printed below the score, also as a share of the ceiling measured in the same fork. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Traffic {
    /** 10⁹ bytes; a rate, so GB/s. */
    public double gigabytes;

    /** Percent of the read bandwidth of all threads; data in a cache can exceed it. */
    public double readPercent;

    void add(long bytes) {
        gigabytes += bytes / 1e9;
        readPercent += Machine.readPercent(bytes);
    }
}
