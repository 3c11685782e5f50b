package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which bytes of a file hold the values of which dataset. No byte may be two values: such files expand to any size. */
final class Extents {
    /**
     * Bytes side by side.
     *
     * @param from in bytes from the start of the file
     * @param owner path of the dataset
     */
    private record Extent(long from, long count, String owner) {
        long end() {
            return from + count;
        }
    }

    private final List<Extent> extents = new ArrayList<>();

    void add(long from, long count, String owner) {
        extents.add(new Extent(from, count, owner));
    }

    /** @param file its name, for messages */
    void requireDisjoint(String file) {
        extents.sort(Comparator.comparingLong(Extent::from));
        for (int i = 1; i < extents.size(); i++) {
            Extent before = extents.get(i - 1);
            Extent extent = extents.get(i);
            if (before.end() > extent.from) {
                throw new ModelFormatException(file, extent.from, extent.owner, "shares bytes with "
                        + (before.owner.equals(extent.owner) ? "itself" : before.owner) + "; every value must have its own");
            }
        }
    }

    /** Gives up what is nobody's value: structures, once they are read. They must be {@linkplain #requireDisjoint disjoint}. */
    void discardRest(ByteSource source) {
        long next = 0;
        for (Extent extent : extents) {
            source.discard(next, extent.from - next);
            next = extent.end();
        }
        source.discard(next, source.byteSize() - next);
    }
}
