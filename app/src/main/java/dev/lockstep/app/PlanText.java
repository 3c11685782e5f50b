package dev.lockstep.app;

import dev.lockstep.models.MemoryPlan;
import java.util.Locale;

/** A memory plan for people. */
final class PlanText {
    private PlanText() {
    }

    static String of(MemoryPlan plan) {
        return String.format(Locale.ROOT, "%.1f MiB weights + %.1f MiB cache for %d tokens in %s + %.1f MiB buffers", mib(plan.weights()),
                mib(plan.kvCache()), plan.context(), plan.kvType(), mib(plan.scratch()));
    }

    private static double mib(long bytes) {
        return bytes / (double) (1 << 20);
    }
}
