package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a kernel does per second, printed below the score, also as shares of the ceilings measured in the same fork. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Work {
    /** 10⁹ bytes of weights or cache, each counted once per call; a rate, so GB/s. */
    public double gigabytes;

    /** 10⁹ multiply-adds; a rate, so GMAC/s. */
    public double gigaMultiplyAdds;

    /** Percent of the read bandwidth of all threads; data in a cache can exceed it. */
    public double readPercent;

    /** Percent of the float32 multiply-adds of all threads; integer kernels can exceed it. */
    public double fmaPercent;

    void add(long bytes, long multiplyAdds) {
        gigabytes += bytes / 1e9;
        gigaMultiplyAdds += multiplyAdds / 1e9;
        readPercent += Machine.readPercent(bytes);
        fmaPercent += Machine.fmaPercent(multiplyAdds);
    }
}
