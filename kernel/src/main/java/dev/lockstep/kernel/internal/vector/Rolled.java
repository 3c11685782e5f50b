package dev.lockstep.kernel.internal.vector;

/**
 * How kernels are written, so that C2 compiles their loops to loads and arithmetic and nothing else; docs/decisions 7 has the
 * measurements.
 *
 * <ul>
 * <li>Memory is taken as slices of constant size before the loops, and offsets are made of an index that is masked to the slice:
 *     then C2 proves every access to be inside, and no check of bounds is left. The slice itself is checked, once. Buffers
 *     therefore have the size of whole slices, also where fewer columns are used.
 * <li>The step is {@link #step}, which C2 does not know to be one, so it does not unroll: unrolled, a loop would load ahead, spill
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
    /** One, for ever. Not final, or C2 would know. */
    static int step = 1;

    private Rolled() {
    }
}
