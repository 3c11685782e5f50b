package dev.lockstep.loader.internal.hdf5;

import java.nio.ByteBuffer;

/**
 * Values of bfloat16 as h5py stores them for Keras: opaque, two bytes, with an empty tag. jHDF 0.13 looks for the end of a tag that is not
 * there, so it gets to see texts of two bytes, which are described by the same eight bytes but for the class.
 */
final class UntaggedOpaque {
    /** A message of version 1 headers begins with type and size, both of 16 bits: a data type of eight bytes. */
    private static final int TYPE_MESSAGE = 3 | 8 << 16;

    /** Flags, and three bytes that are reserved, follow. */
    private static final int DESCRIPTION = 8;

    /** Class and version, 24 bits of the class; the size of a value. */
    private static final long OPAQUE = 0x15 | 2L << 32;
    private static final byte TEXT = 0x13;

    private UntaggedOpaque() {
    }

    /** @param messages of a header; messages begin at multiples of eight bytes */
    static void asText(ByteBuffer messages) {
        for (int at = 0; at + DESCRIPTION + Long.BYTES <= messages.limit(); at += Long.BYTES) {
            if (messages.getInt(at) == TYPE_MESSAGE && messages.getLong(at + DESCRIPTION) == OPAQUE) {
                messages.put(at + DESCRIPTION, TEXT);
            }
        }
    }
}
