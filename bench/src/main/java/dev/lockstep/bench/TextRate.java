package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Text per second, printed below the score. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class TextRate {
    /** 10⁶ bytes of UTF-8; a rate, so MB/s. */
    public double megabytes;

    /** Percent of the read bandwidth of one thread: how far from memory's speed text is. */
    public double readPercent;

    void add(long bytes) {
        megabytes += bytes / 1e6;
        readPercent += Machine.readPercent(bytes);
    }
}
