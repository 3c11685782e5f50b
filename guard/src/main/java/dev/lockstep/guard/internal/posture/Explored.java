package dev.lockstep.guard.internal.posture;

import dev.lockstep.guard.internal.posture.Finding.Look;
import dev.lockstep.guard.posture.UnseenException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What was found of things that are made of each other, each looked at once: stacks share what is below them. Circles and towers, which
 * only a false device has, end as unseen.
 */
final class Explored<T> {
    /** A snapshot of a thin volume on RAID on dm-crypt on partitions has 8 levels. */
    private static final int MAX_DEPTH = 64;

    private final Map<T, Finding> known = new HashMap<>();
    private final Set<T> open = new HashSet<>();

    Finding of(T thing, String name, Look look) throws UnseenException {
        if (known.containsKey(thing)) {
            return known.get(thing);
        }
        if (open.size() == MAX_DEPTH || !open.add(thing)) {
            throw new UnseenException(name + " is made of itself, or of more than " + MAX_DEPTH + " layers");
        }
        try {
            Finding finding = Finding.of(look);
            known.put(thing, finding);
            return finding;
        } finally {
            open.remove(thing);
        }
    }
}
