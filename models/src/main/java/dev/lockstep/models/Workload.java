package dev.lockstep.models;

/**
 * What a model has to do for a token: its matrix products. Norms, attention over the cache and the embedding look-up are not
 * counted.
 *
 * @param layerMultiplyAdds multiply-adds of the products of all layers, per token
 * @param outputMultiplyAdds multiply-adds of the product with the output matrix, per token whose logits are wanted
 * @param layerBytes bytes of the layers' matrices as they lie in memory
 * @param outputBytes bytes of the output matrix as it lies in memory, whether or not it is the embedding matrix as well
 */
public record Workload(long layerMultiplyAdds, long outputMultiplyAdds, long layerBytes, long outputBytes) {
    /** Multiply-adds for a prompt of {@code tokens} tokens, of which only the last one's logits are computed. */
    public long promptMultiplyAdds(long tokens) {
        return Math.addExact(Math.multiplyExact(tokens, layerMultiplyAdds), outputMultiplyAdds);
    }

    /** Bytes of weights that are read to generate one token. */
    public long bytesPerToken() {
        return Math.addExact(layerBytes, outputBytes);
    }
}
