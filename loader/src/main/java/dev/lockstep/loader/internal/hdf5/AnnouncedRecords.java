package dev.lockstep.loader.internal.hdf5;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * How many records the header of a tree or an array announces. jHDF takes memory for as many, and computes powers with the depth of a tree,
 * before it has seen one of them. Offsets are those of the HDF5 File Format Specification 3.0, sections III.A.2, VII.C and VII.D.
 */
final class AnnouncedRecords {
    private static final int BTREE_V2 = signature("BTHD");
    private static final int BTREE_NODE_BYTES = 6;
    private static final int BTREE_DEPTH = 12;
    private static final int BTREE_RECORDS = 26;

    /** A tree of two records a node and this depth has more records than any file. */
    private static final int MAX_DEPTH = 32;

    /** 128 times what the HDF5 library writes. */
    private static final int MAX_NODE_BYTES = 1 << 18;

    private static final int FIXED_ARRAY = signature("FAHD");
    private static final int FIXED_ARRAY_RECORDS = 8;

    private static final int EXTENSIBLE_ARRAY = signature("EAHD");
    private static final int EXTENSIBLE_ARRAY_COUNTS = 12;
    private static final int EXTENSIBLE_ARRAY_END = 60;

    /** More than any limit. */
    private static final OptionalLong TOO_MANY = OptionalLong.of(-1);

    private AnnouncedRecords() {
    }

    /** Four letters as an integer in little-endian byte order. */
    private static int signature(String letters) {
        return letters.charAt(0) | letters.charAt(1) << 8 | letters.charAt(2) << 16 | letters.charAt(3) << 24;
    }

    /**
     * The number in such a header, as an unsigned one; empty for everything else.
     *
     * @param structure from its first byte, in little-endian byte order; is not moved
     */
    static OptionalLong of(ByteBuffer structure) {
        if (structure.limit() < Integer.BYTES) {
            return OptionalLong.empty();
        }
        int signature = structure.getInt(0);
        if (signature == BTREE_V2 && structure.limit() >= BTREE_RECORDS + Long.BYTES) {
            return ofTree(structure);
        }
        if (signature == FIXED_ARRAY && structure.limit() >= FIXED_ARRAY_RECORDS + Long.BYTES) {
            return OptionalLong.of(structure.getLong(FIXED_ARRAY_RECORDS));
        }
        if (signature == EXTENSIBLE_ARRAY && structure.limit() >= EXTENSIBLE_ARRAY_END) {
            return ofExtensibleArray(structure);
        }
        return OptionalLong.empty();
    }

    private static OptionalLong ofTree(ByteBuffer header) {
        int nodeBytes = header.getInt(BTREE_NODE_BYTES);
        int depth = Short.toUnsignedInt(header.getShort(BTREE_DEPTH));
        boolean usual = nodeBytes > 0 && nodeBytes <= MAX_NODE_BYTES && depth <= MAX_DEPTH;
        return usual ? OptionalLong.of(header.getLong(BTREE_RECORDS)) : TOO_MANY;
    }

    /** Secondary blocks, data blocks and indices; between them stand their sizes. */
    private static OptionalLong ofExtensibleArray(ByteBuffer header) {
        long most = 0;
        for (int at = EXTENSIBLE_ARRAY_COUNTS; at < EXTENSIBLE_ARRAY_END; at += 2 * Long.BYTES) {
            long count = header.getLong(at);
            most = Long.compareUnsigned(count, most) > 0 ? count : most;
        }
        return OptionalLong.of(most);
    }
}
