package dev.lockstep.models.internal;

import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;

/**
 * What the sessions of one model have in common, whatever their context and type of cache.
 *
 * @param nLayers transformer blocks
 * @param nKvHeads key/value heads
 * @param keyDim values of one key
 * @param valueDim values of one value
 * @param vocabSize logits of a token
 */
public record SessionShape(int nLayers, int nKvHeads, int keyDim, int valueDim, int vocabSize) {
    static SessionShape of(ModelConfig config) {
        return new SessionShape(config.nLayers(), config.nKvHeads(), config.keyDim(), config.valueDim(), config.vocabSize());
    }

    /**
     * Bytes that the keys and values of {@code positions} positions take: whole blocks.
     *
     * @throws ArithmeticException if that is no long
     */
    public long cacheBytes(KvType type, long positions) {
        return Math.multiplyExact((long) nLayers * nKvHeads, new KvLayout(type, keyDim, valueDim).byteSize(positions));
    }

    /** Bytes of the logits of one token. */
    public long logitsBytes() {
        return (long) vocabSize * Float.BYTES;
    }
}
