package dev.lockstep.app.bench;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * How long the steps to a first token took in a JVM that had done nothing else, in milliseconds.
 *
 * @param begin from the start of the JVM to the first step
 * @param open copying the file and verifying its signature
 * @param load weaving weights into panels, and compiling kernels meanwhile
 * @param firstPrefill opening a session and reading the first prompt
 * @param firstToken choosing the first token after it
 * @param promptTokens length of that prompt
 */
public record ColdStart(double begin, double open, double load, double firstPrefill, double firstToken, int promptTokens) {
    /** Times the steps while they are taken. */
    public static final class Clock {
        private final double begin = ManagementFactory.getRuntimeMXBean().getUptime();
        private long lap = System.nanoTime();
        private double open;
        private double load;

        /** Starts with the first step. */
        public Clock() {
        }

        /** The file is open. */
        public void opened() {
            open = lapMillis();
        }

        /** The model is loaded. */
        public void loaded() {
            load = lapMillis();
        }

        double lapMillis() {
            long now = System.nanoTime();
            double millis = (now - lap) / (double) TimeUnit.MILLISECONDS.toNanos(1);
            lap = now;
            return millis;
        }

        ColdStart firstToken(int promptTokens, double firstPrefill, double firstToken) {
            return new ColdStart(begin, open, load, firstPrefill, firstToken, promptTokens);
        }
    }

    /** From the start of the JVM until the file was open. */
    public double openedAt() {
        return begin + open;
    }

    /** From the start of the JVM until the model was loaded. */
    public double loadedAt() {
        return openedAt() + load;
    }

    /** From the start of the JVM until the first prompt was read. */
    public double prefilledAt() {
        return loadedAt() + firstPrefill;
    }

    /** From the start of the JVM until the first token was there. */
    public double firstTokenAt() {
        return prefilledAt() + firstToken;
    }
}
