package dev.lockstep.loader.signing;

/**
 * How the files of a model are hashed: each as a whole (OMS method "files"), or in shards of one size, the last one of each file
 * excepted (method "shards"). Shards can be hashed side by side.
 *
 * @param shardBytes bytes of a shard; {@value #WHOLE} for whole files
 */
public record HashPlan(HashAlgorithm algorithm, long shardBytes) {
    /** What {@link #shardBytes} says of whole files. */
    public static final long WHOLE = 0;

    /** What most signers do. */
    public static final HashPlan SHA_256 = new HashPlan(HashAlgorithm.SHA_256, WHOLE);

    public HashPlan {
        if (shardBytes < 0) {
            throw new IllegalArgumentException("shardBytes=" + shardBytes + " must not be negative");
        }
    }

    public boolean isSharded() {
        return shardBytes != WHOLE;
    }
}
