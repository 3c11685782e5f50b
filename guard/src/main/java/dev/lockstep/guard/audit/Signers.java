package dev.lockstep.guard.audit;

import dev.lockstep.loader.internal.tlog.Checkpoint;
import java.util.List;
import java.util.function.Predicate;

/** Tells who signed checkpoints. */
interface Signers {
    /** Whoever signed it is not known. */
    int NONE = -1;

    /** The number of the key that signed it, the oldest being 0, or {@link #NONE}. */
    int of(Checkpoint checkpoint);

    /** The number of the key that signs now: the last one with the name of a log. */
    int current(String origin);

    /** @param keys the oldest first */
    static Signers of(List<VerifierKey> keys) {
        List<VerifierKey> known = List.copyOf(keys);
        return new Signers() {
            @Override
            public int of(Checkpoint checkpoint) {
                return last(known, key -> key.name().equals(checkpoint.origin()) && key.hasSigned(checkpoint.note()));
            }

            @Override
            public int current(String origin) {
                return last(known, key -> key.name().equals(origin));
            }
        };
    }

    private static int last(List<VerifierKey> keys, Predicate<VerifierKey> condition) {
        int last = keys.size() - 1;
        while (last >= 0 && !condition.test(keys.get(last))) {
            last--;
        }
        return last;
    }
}
