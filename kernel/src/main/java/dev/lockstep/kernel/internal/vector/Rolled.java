package dev.lockstep.kernel.internal.vector;

/**
 * How the inner loops of kernels are written, so that C2 compiles them to nothing but loads and arithmetic:
 *
 * <ul>
 * <li>Memory is taken as a slice of constant size at the top, and offsets are made of an index that is masked to the slice: then
 *     C2 proves every access to be inside, and no check of bounds is left in the loop. The slice itself is checked, once.
 * <li>The step is {@link #step}, which C2 does not know to be one, so it does not unroll: unrolled, a loop would load ahead, spill
 *     its sums where there are 16 registers, and spend more on entering and leaving than on its few rounds.
 * </ul>
 *
 * <p>Buffers therefore have the size of whole slices, also where fewer columns are used.
 */
final class Rolled {
    /** One, for ever. Not final, or C2 would know. */
    static int step = 1;

    private Rolled() {
    }
}
