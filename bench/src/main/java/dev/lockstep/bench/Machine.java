package dev.lockstep.bench;

import dev.lockstep.kernel.KernelSelection;
import dev.lockstep.kernel.Kernels;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a number depends on, printed where the numbers are. */
final class Machine {
    private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();

    private Machine() {
    }

    /** Prints provider and width, once per JVM; each suite's set-up calls this. */
    static void announce() {
        if (ANNOUNCED.getAndSet(true)) {
            return;
        }
        KernelSelection selection = KernelSelection.current();
        System.out.println("# Kernels: " + selection.provider() + ", " + selection.vectorBits() + " bits, "
                + selection.reason() + "; Java " + Runtime.version());
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
