package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Bytes of a file per second, printed below the score, also as shares of what was measured in the same fork. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class LoadRate {
    /** 10⁹ bytes; a rate, so GB/s. */
    public double gigabytes;

    /** Percent of the read bandwidth of all threads. */
    public double readPercent;

    /** Percent of what one thread hashes when it does nothing else. */
    public double sha256Percent;

    /** Percent of what one thread copies out of the page cache. */
    public double copyPercent;

    void add(long bytes, LoadBaseline baseline) {
        gigabytes += bytes / 1e9;
        readPercent += Machine.readPercent(bytes);
        sha256Percent += 100 * bytes / 1e9 / baseline.sha256GBs();
        copyPercent += 100 * bytes / 1e9 / baseline.copyGBs();
    }
}
