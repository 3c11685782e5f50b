package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.quant.LittleEndian;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.DataFormatException;

/**
 * The filters of a dataset, in the order in which its chunks went through them. Each is applied once at most, and nothing a chunk says can
 * make it larger than the buffers that it is decoded in. Immutable.
 */
final class ChunkFilters {
    /** The filters of the HDF5 library that need no other library. */
    enum Kind { DEFLATE, SHUFFLE, FLETCHER32 }

    static final ChunkFilters NONE = new ChunkFilters(List.of());

    private static final Map<Integer, Kind> SUPPORTED = Map.of(1, Kind.DEFLATE, 2, Kind.SHUFFLE, 3, Kind.FLETCHER32);

    /** Registered filters that are met in practice, for messages. */
    private static final Map<Integer, String> NAMES = Map.of(4, "szip", 5, "nbit", 6, "scale-offset", 32000, "LZF", 32001, "Blosc",
            32004, "LZ4", 32008, "bitshuffle", 32015, "Zstandard");

    private final List<Kind> kinds;

    private ChunkFilters(List<Kind> kinds) {
        this.kinds = List.copyOf(kinds);
    }

    /**
     * @param elementBytes size of a value
     * @param faults makes the exception of a problem
     */
    static ChunkFilters of(FilterPipelineMessage message, int elementBytes, Function<String, ? extends RuntimeException> faults) {
        var kinds = new ArrayList<Kind>();
        for (FilterInfo filter : message.getFilters()) {
            Kind kind = SUPPORTED.get(filter.getId());
            if (kind == null) {
                String name = NAMES.getOrDefault(filter.getId(), '"' + filter.getName() + '"');
                throw faults.apply("is stored with the filter " + name + " (number " + filter.getId()
                        + "); deflate (gzip), shuffle and fletcher32 are supported");
            }
            if (kind == Kind.SHUFFLE && filter.getData().length > 0 && filter.getData()[0] != elementBytes) {
                throw faults.apply("is shuffled by " + filter.getData()[0] + " bytes, but its values have " + elementBytes);
            }
            kinds.add(kind);
        }
        if (kinds.size() > 1 && EnumSet.copyOf(kinds).size() < kinds.size()) {
            throw faults.apply("is stored with the same filter twice");
        }
        return new ChunkFilters(kinds);
    }

    boolean isEmpty() {
        return kinds.isEmpty();
    }

    boolean has(Kind kind) {
        return kinds.contains(kind);
    }

    /** True if nothing but the order of the bytes of a chunk differs from its values. */
    boolean keepsSize() {
        return kinds.stream().allMatch(kind -> kind == Kind.SHUFFLE);
    }

    /** The most bytes that a chunk of so many bytes may be stored in, or pass through while it is decoded. */
    long maxStoredBytes(long chunkBytes) {
        // a stored block of deflate has 5 bytes more for each 16 KiB, and a checksum has 4
        return keepsSize() ? chunkBytes : Math.addExact(chunkBytes, chunkBytes / 1024 + 1024);
    }

    /**
     * Undoes the filters.
     *
     * @param stored a chunk as it is in the file
     * @param skipped bits of the filters that this chunk did not go through, the first one lowest
     * @param buffers two of {@link #maxStoredBytes} bytes, the first with the chunk in front
     * @param elementBytes size of a value
     * @param inflating decompresses
     * @return the decoded bytes, which may be more or fewer than a chunk should have
     * @throws DataFormatException if it is damaged
     */
    MemorySegment decode(MemorySegment stored, int skipped, MemorySegment[] buffers, int elementBytes, Inflating inflating)
            throws DataFormatException {
        MemorySegment bytes = stored;
        int next = 1;
        for (int i = kinds.size() - 1; i >= 0; i--) {
            if ((skipped >> i & 1) == 0) {
                bytes = switch (kinds.get(i)) {
                    case FLETCHER32 -> Fletcher32.withoutChecksum(bytes);
                    case SHUFFLE -> unshuffled(bytes, buffers[next], elementBytes);
                    case DEFLATE -> inflating.inflate(bytes, buffers[next]);
                };
                next = kinds.get(i) == Kind.FLETCHER32 ? next : 1 - next;
            }
        }
        return bytes;
    }

    /** The first bytes of all values were stored first, then the second ones, and so on; what is not a whole value comes last. */
    private static MemorySegment unshuffled(MemorySegment planes, MemorySegment target, int elementBytes) {
        long count = planes.byteSize() / elementBytes;
        for (int plane = 0; plane < elementBytes; plane++) {
            for (long i = 0; i < count; i++) {
                byte value = planes.get(LittleEndian.BYTE, plane * count + i);
                target.set(LittleEndian.BYTE, i * elementBytes + plane, value);
            }
        }
        long whole = count * elementBytes;
        MemorySegment.copy(planes, whole, target, whole, planes.byteSize() - whole);
        return target.asSlice(0, planes.byteSize());
    }
}
