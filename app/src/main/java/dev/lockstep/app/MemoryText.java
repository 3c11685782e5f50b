package dev.lockstep.app;

import dev.lockstep.models.MemoryPlan;
import dev.lockstep.securemem.Zeroing;
import java.util.Locale;

/** What memory is taken, and what was wiped, for people. */
final class MemoryText {
    private static final double MILLIS_PER_NANO = 1e-6;

    private MemoryText() {
    }

    static String of(Zeroing zeroing) {
        return String.format(Locale.ROOT, "%d bytes wiped in %.1f ms", zeroing.bytes(), zeroing.nanos() * MILLIS_PER_NANO);
    }

    static String of(MemoryPlan plan) {
        return String.format(Locale.ROOT, "%.1f MiB weights + %.1f MiB cache for %d tokens in %s + %.1f MiB buffers", mib(plan.weights()),
                mib(plan.kvCache()), plan.context(), plan.kvType(), mib(plan.scratch()));
    }

    private static double mib(long bytes) {
        return bytes / (double) (1 << 20);
    }
}
