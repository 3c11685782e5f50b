package dev.lockstep.kernel.internal.vector;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MutableCallSite;

/**
 * How kernels are written, so that C2 compiles their loops to loads and arithmetic and nothing else; docs/decisions 7 has the
 * measurements.
 *
 * <ul>
 * <li>Memory is taken as slices of constant size before the loops, and offsets are made of an index that is masked to the slice:
 *     then C2 proves every access to be inside, and no check of bounds is left. The slice itself is checked, once. Buffers
 *     therefore have the size of whole slices, also where fewer columns are used.
 * <li>The step is {@link #step()}, which C2 does not know to be one, so it does not unroll: unrolled, a loop would load ahead, spill
 *     its sums where there are 16 registers, and spend more on entering and leaving than on its few rounds.
 * <li>Vectors that go round a loop begin as zeros and end in memory, where others add them up; they neither begin as loads nor are
 *     operands of an addition after the loop. What was summed in 16 bits may begin as a broadcast and end in a conversion: that
 *     has not been seen to make objects.
 * <li>Vectors that go round a loop are made within the first 18,000 nodes that C2 makes of a method: about 45 calls of the Vector API.
 *     What comes later is stored where it was made, so float sums behind many integer operations are added to memory.
 * <li>Methods of the Vector API are called directly, never through a helper that takes or returns vectors: they are always inlined,
 *     a helper is not once a method has grown large, and then every vector that passes it is an array on the heap.
 * <li>All vectors have one size.
 * <li>Methods are small enough for C1, too: what it gives up, C2 never gets. About 1,400 bytecodes are too many.
 * </ul>
 */
final class Rolled {
    private static final MutableCallSite SITE = new MutableCallSite(getter());
    private static final MethodHandle STEP = SITE.dynamicInvoker();

    /** One, for ever. Not final, or C2 would know. */
    private static int one = 1;

    private Rolled() {
    }

    /** One. Whatever asks for it is compiled in the belief that {@link #discardCompiled} is never called. */
    static int step() {
        try {
            return (int) STEP.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError("reading a static field cannot fail", t);
        }
    }

    /**
     * Throws away what the kernels were compiled to; they are compiled anew when they are used again. Nothing else makes C2 give up code
     * that it made in a bad moment.
     */
    static void discardCompiled() {
        SITE.setTarget(getter());
        MutableCallSite.syncAll(new MutableCallSite[] {SITE});
    }

    private static MethodHandle getter() {
        try {
            return MethodHandles.lookup().findStaticGetter(Rolled.class, "one", int.class);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("it is declared here", e);
        }
    }
}
