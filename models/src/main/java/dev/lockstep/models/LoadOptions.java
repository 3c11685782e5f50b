package dev.lockstep.models;

import dev.lockstep.kernel.WorkerPool;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.quant.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * How to load a model.
 *
 * @param threads threads that compute, the caller of a session included; at least 1
 * @param maxContext the longest context a session may ask for, in tokens; the model's own limit where that is smaller
 * @param residency where the weights are; for a checkpoint that is already open, it has been decided
 * @param type to which matrices are quantized when they are loaded, if they are; the same for a checkpoint that is already open
 * @param gate who is asked before the model is opened and about all that is done with it; a checkpoint that is already open has one, and no
 *     other can be named for it
 */
public record LoadOptions(int threads, int maxContext, Residency residency, Optional<DType> type, ModelGate gate) {
    /** Enough for a long conversation without taking gigabytes for the cache of a model that advertises 128 Ki. */
    public static final int DEFAULT_CONTEXT = 4096;

    /** More than the largest machines have processors; beyond, a typing error would only eat memory. */
    public static final int MAX_THREADS = 1024;

    public LoadOptions {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads=" + threads + " must be 1 to " + MAX_THREADS);
        }
        if (maxContext < 1) {
            throw new IllegalArgumentException("maxContext=" + maxContext + " must be at least 1");
        }
        Objects.requireNonNull(residency, "residency");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(gate, "gate");
    }

    /** One thread per processor, contexts up to {@value #DEFAULT_CONTEXT} tokens, nobody to ask. */
    public static LoadOptions defaults() {
        return new LoadOptions(WorkerPool.defaultThreads(), DEFAULT_CONTEXT, Residency.RESIDENT, Optional.empty(), ModelGate.OPEN);
    }

    public LoadOptions withThreads(int threads) {
        return new LoadOptions(threads, maxContext, residency, type, gate);
    }

    public LoadOptions withResidency(Residency residency) {
        return new LoadOptions(threads, maxContext, residency, type, gate);
    }

    public LoadOptions withMaxContext(int maxContext) {
        return new LoadOptions(threads, maxContext, residency, type, gate);
    }

    /** The same, with matrices that are quantized when they are loaded. */
    public LoadOptions withType(DType wanted) {
        return new LoadOptions(threads, maxContext, residency, Optional.of(wanted), gate);
    }

    /** The same behind a gate. */
    public LoadOptions withGate(ModelGate asked) {
        return new LoadOptions(threads, maxContext, residency, type, asked);
    }

    /** @throws IllegalArgumentException if these name another gate than a checkpoint was opened through: it would not be asked */
    void requireGateOf(VerifiedCheckpoint checkpoint) {
        if (!gate.equals(ModelGate.OPEN) && !gate.equals(checkpoint.gate())) {
            throw new IllegalArgumentException("gate=" + gate.getClass().getSimpleName()
                    + " is not the one that the checkpoint was opened through; name it in OpenOptions");
        }
    }

    /** What the loader has to know of it. */
    OpenOptions openOptions() {
        return new OpenOptions(residency, type, gate);
    }
}
