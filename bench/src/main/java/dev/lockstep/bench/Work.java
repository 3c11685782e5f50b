package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a product of weights and activations does per second, printed below the score. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Work {
    /** 10⁹ bytes of weights read; a rate, so GB/s. */
    public double gigabytes;

    /** 10⁹ multiply-adds; a rate, so GMAC/s. */
    public double gigaMultiplyAdds;

    void add(long bytes, long multiplyAdds) {
        gigabytes += bytes / 1e9;
        gigaMultiplyAdds += multiplyAdds / 1e9;
    }
}
