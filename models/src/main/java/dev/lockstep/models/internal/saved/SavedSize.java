package dev.lockstep.models.internal.saved;

import dev.lockstep.kernel.KvLayout;
import dev.lockstep.kernel.KvType;
import dev.lockstep.loader.age.OwnerMac;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.SavedSessionException;
import dev.lockstep.models.SavedSessionException.Reason;
import dev.lockstep.models.internal.SessionShape;

/** How large the payload of a saved session can be: header, logits, whole blocks of every head's cache, MAC. */
final class SavedSize {
    private static final long FIXED_BYTES = (long) SessionHeader.BYTES + OwnerMac.BYTES;

    private SavedSize() {
    }

    /**
     * Refuses a size before memory of that size is taken. Nothing is authentic yet, and nothing is believed: what passes is no larger
     * than a session of this context.
     *
     * @throws SavedSessionException if no session of such a shape has this size
     * @throws ContextLengthException if only longer ones than the context have it
     */
    static void check(SessionShape shape, long byteSize, int context, String file) {
        long fewestPositions = Long.MAX_VALUE;
        for (KvType type : KvType.values()) {
            long blocks = blocks(shape, type, byteSize);
            if (blocks > 0) {
                fewestPositions = Math.min(fewestPositions, (blocks - 1) * KvLayout.BLOCK + 1);
            }
        }
        if (fewestPositions == Long.MAX_VALUE) {
            throw new SavedSessionException(Reason.FOREIGN_MODEL, file,
                    "has a size that no saved session of this model has; it was saved with another model, or cut");
        }
        if (fewestPositions > context) {
            throw ContextLengthException.ofSavedSession(fewestPositions, context);
        }
    }

    /** True if a session of this type and position has this size. */
    static boolean fits(SessionShape shape, KvType type, int position, long byteSize) {
        return blocks(shape, type, byteSize) == Math.ceilDiv(position, KvLayout.BLOCK);
    }

    /** Blocks of each head, or 0 if this is no whole number of them. */
    private static long blocks(SessionShape shape, KvType type, long byteSize) {
        long cacheBytes = byteSize - FIXED_BYTES - shape.logitsBytes();
        long blockBytes = shape.cacheBytes(type, KvLayout.BLOCK);
        return cacheBytes > 0 && cacheBytes % blockBytes == 0 ? cacheBytes / blockBytes : 0;
    }
}
