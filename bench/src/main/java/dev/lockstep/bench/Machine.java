package dev.lockstep.bench;

import dev.lockstep.kernel.Ceilings;
import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.kernel.Kernels;
import dev.lockstep.securemem.Hardening;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a number depends on, printed where the numbers are, and what this machine could do at best. */
final class Machine {
    private static final String BUFFER_PROPERTY = "lockstep.bench.ceilings.mebibytes";
    private static final double PERCENT = 100;

    private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();
    /** By threads; a fork has one entry. */
    private static final Map<Integer, Ceilings> MEASURED = new ConcurrentHashMap<>();

    private static volatile Ceilings ceilings;

    private Machine() {
    }

    /**
     * Prints provider, width and Java version, and measures and prints the ceilings, once per JVM. Each suite's set-up begins with
     * this, before it takes memory of its own.
     *
     * @param threads as many as the benchmark computes with
     */
    static void announce(int threads) {
        if (!ANNOUNCED.getAndSet(true)) {
            KernelSelection selection = KernelSelection.current();
            // JMH may have begun a line
            System.out.println(System.lineSeparator() + "# Kernels: " + selection.provider() + ", " + selection.vectorBits() + " bits, "
                    + selection.reason() + "; Java " + Runtime.version());
        }
        ceilings = MEASURED.computeIfAbsent(threads, Machine::measure);
    }

    private static Ceilings measure(int threads) {
        long buffer = Long.getLong(BUFFER_PROPERTY, Ceilings.DEFAULT_BUFFER_BYTES >> 20) << 20;
        Ceilings measured = Ceilings.measure(threads, buffer);
        System.out.println(String.format(Locale.ROOT,
                "# Ceilings: read %.1f GB/s, fma %.1f GMAC/s per core; threads=%d, %d bits, buffer of %d MiB",
                measured.readBandwidthGBs(), measured.fmaGmacsPerCore(), threads, measured.vectorBits(), buffer >> 20));
        return measured;
    }

    /** Seconds that all threads would need at best to read so many bytes from memory, times 100: per second, that is percent. */
    static double readPercent(long bytes) {
        return PERCENT * bytes / 1e9 / ceilings.readBandwidthGBs();
    }

    /** The same for float32 multiply-adds in the registers of all threads. */
    static double fmaPercent(long multiplyAdds) {
        return PERCENT * multiplyAdds / 1e9 / (ceilings.fmaGmacsPerCore() * ceilings.threads());
    }

    /** From now on all memory of this fork is hardened, if it is to be. */
    static void harden(boolean hardened) {
        if (hardened && !Hardening.enable(Set.of()).isOn()) {
            throw new IllegalStateException("memory cannot be hardened: " + Hardening.report().problems());
        }
    }

    /** The kernels that users get. A suite about vectors must not measure the fallback by accident. */
    static Kernels vectorKernels() {
        Kernels kernels = KernelSelection.kernels();
        if (kernels.vectorBits() == 0) {
            throw new IllegalStateException("scalar kernels were selected: " + KernelSelection.current().reason());
        }
        return kernels;
    }
}
