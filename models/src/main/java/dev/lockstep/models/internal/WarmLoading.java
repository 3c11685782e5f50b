package dev.lockstep.models.internal;

import dev.lockstep.kernel.Kernels;
import dev.lockstep.kernel.KvType;
import dev.lockstep.kernel.Operators;
import dev.lockstep.kernel.WarmUp;
import dev.lockstep.loader.TensorInfo;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.Weights;
import dev.lockstep.securemem.SecureArena;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Loads weights while the kernels that will use them are compiled beside it. */
final class WarmLoading {
    /** Cache types whose kernels were warmed up in this JVM. */
    private static final Set<KvType> WARM = ConcurrentHashMap.newKeySet();

    private WarmLoading() {
    }

    /**
     * @param arena where vectors go; the caller's
     * @return the caller's to close
     */
    static Weights load(VerifiedCheckpoint checkpoint, List<TensorInfo> tensors, SecureArena arena, Kernels kernels, int threads,
            Operators operators, KvType kvType) {
        var warm = CompletableFuture.runAsync(() -> {
            WarmUp.run(kernels, operators);
            attention(kernels, kvType);
        }, WarmLoading::startThread);
        Weights weights = checkpoint.loadWeights(tensors, arena, kernels.panelRows(), threads);
        try {
            warm.join();
            return weights;
        } catch (Throwable t) {
            weights.close();
            throw t;
        }
    }

    private static void startThread(Runnable task) {
        Thread.ofPlatform().daemon().name("lockstep-warm-up").start(task);
    }

    /** Once per type: where nothing is ever compiled, not every session must wait for it in vain. */
    static void attention(Kernels kernels, KvType type) {
        if (WARM.add(type)) {
            WarmUp.attention(kernels, type);
        }
    }
}
