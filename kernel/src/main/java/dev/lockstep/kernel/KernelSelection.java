package dev.lockstep.kernel;

import dev.lockstep.kernel.internal.scalar.ScalarKernels;
import dev.lockstep.kernel.internal.vector.VectorKernels;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Which kernels this JVM uses, and why: chosen once, at first use.
 *
 * <p>The system property {@value #BITS_PROPERTY} forces a choice: 128, 256 or 512 (bits), or 0 for scalar code. Without it,
 * the width is what the JVM prefers for this CPU. Without the module {@code jdk.incubator.vector} the scalar kernels are used,
 * and one warning says so.
 *
 * @param provider "vector" or "scalar"
 * @param vectorBits width of a vector in bits, 0 for scalar code
 * @param emulated true if the width was forced beyond what the CPU has; every operation then allocates
 * @param reason one sentence for people
 */
public record KernelSelection(String provider, int vectorBits, boolean emulated, String reason) {
    /** System property that forces the width. */
    public static final String BITS_PROPERTY = "lockstep.kernel.bits";

    static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** Rows per panel of the scalar fallback; any number would do. */
    private static final int SCALAR_PANEL_ROWS = 32;

    private static final List<Integer> WIDTHS = List.of(0, 128, 256, 512);

    private static final int NOT_FORCED = -1;

    private static final System.Logger LOG = System.getLogger(KernelSelection.class.getName());

    /** The choice made for this JVM. */
    public static KernelSelection current() {
        return Holder.SELECTION;
    }

    /** The kernels chosen for this JVM. */
    public static Kernels kernels() {
        return KernelsHolder.KERNELS;
    }

    private static final class Holder {
        static final KernelSelection SELECTION = select(System.getProperty(BITS_PROPERTY), vectorModuleIsReadable());
    }

    private static final class KernelsHolder {
        static final Kernels KERNELS = Holder.SELECTION.vectorBits == 0
                ? new ScalarKernels(SCALAR_PANEL_ROWS)
                : VectorProvider.kernels();
    }

    static KernelSelection select(String forcedBits, boolean vectorModule) {
        int forced = parse(forcedBits);
        if (forced == 0) {
            return new KernelSelection("scalar", 0, false, "forced by -D" + BITS_PROPERTY + "=0");
        }
        if (!vectorModule) {
            String reason = "module " + VECTOR_MODULE + " is not in this JVM; start it with --add-modules " + VECTOR_MODULE;
            LOG.log(System.Logger.Level.WARNING, "Lockstep runs in plain Java, many times slower than it could: " + reason);
            return new KernelSelection("scalar", 0, false, reason);
        }
        int preferred = VectorProvider.preferredBits();
        if (forced > 0) {
            boolean emulated = forced > preferred;
            return new KernelSelection("vector", forced, emulated, "forced by -D" + BITS_PROPERTY + "=" + forced
                    + (emulated ? " (wider than this CPU's " + preferred + ": emulated and slow)" : ""));
        }
        // A JVM may prefer widths that no kernel is written for (64, or SVE's 1024): use the nearest that exists.
        int width = Math.clamp(Integer.highestOneBit(preferred), 128, 512);
        return new KernelSelection("vector", width, false, "preferred by the JVM for this CPU");
    }

    /** The forced width, or {@link #NOT_FORCED} with a warning if the property makes no sense: no reason to fail. */
    private static int parse(String forcedBits) {
        if (forcedBits == null || forcedBits.isBlank()) {
            return NOT_FORCED;
        }
        for (int width : WIDTHS) {
            if (forcedBits.strip().equals(Integer.toString(width))) {
                return width;
            }
        }
        LOG.log(System.Logger.Level.WARNING, "-D" + BITS_PROPERTY + "=" + forcedBits + " is ignored; it must be one of " + WIDTHS);
        return NOT_FORCED;
    }

    /** On the class path nothing requires the incubator module; on the module path our descriptor does. */
    private static boolean vectorModuleIsReadable() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    /** Touches vector classes, so it is loaded only after the module was found. */
    private static final class VectorProvider {
        static int preferredBits() {
            return FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }

        static Kernels kernels() {
            return new VectorKernels();
        }
    }
}
