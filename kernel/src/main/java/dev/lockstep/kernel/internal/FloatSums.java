package dev.lockstep.kernel.internal;

/** In which order every implementation adds up products with float weights. */
public final class FloatSums {
    /** Columns whose products are added up by themselves, one after the other; the sums of such chunks are added in their order. */
    public static final int CHUNK = 64;

    private FloatSums() {
    }
}
