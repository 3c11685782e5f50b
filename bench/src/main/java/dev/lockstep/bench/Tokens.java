package dev.lockstep.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Tokens per second, printed below the score. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Tokens {
    /** Tokens read, generated, encoded or decoded; a rate, so tokens/s. */
    public double tokens;

    void add(long count) {
        tokens += count;
    }
}
