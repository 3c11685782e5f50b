package dev.lockstep.loader.internal.hdf5;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import io.jhdf.Superblock;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * What jHDF reads structures through: the verified bytes and nothing else, for there is no path in it. Each read lies inside of the file
 * and is counted, so that structures which refer to each other in circles, or to the same place a million times, come to an end. Values of
 * tensors are never read through it. Confined to one thread.
 */
final class BoundedStorage implements HdfBackingStorage {
    /** Bytes that the parts of a superblock may take; the largest has under 128. */
    private static final int SUPERBLOCK_BYTES = 256;

    /** Every offset and length of files that are written today. */
    private static final int WORD_BYTES = Long.BYTES;

    /** How jHDF asks for the blocks of a large heap, which it does not know. */
    private static final int NO_DIRECT_BLOCK = -1;

    private final ByteSource source;
    private final Superblock superblock;
    private long bytesLeft = LoadLimits.MAX_HEADER_BYTES;
    private long readsLeft;
    private long maxRecords;
    private boolean isHeader;

    BoundedStorage(ByteSource source) {
        this.source = source;
        this.superblock = Superblock.readSuperblock(read(0, SUPERBLOCK_BYTES));
        requireUsual(superblock);
    }

    private void requireUsual(Superblock block) {
        if (block.getSizeOfOffsets() != WORD_BYTES || block.getSizeOfLengths() != WORD_BYTES) {
            throw fault(0, "has offsets of " + block.getSizeOfOffsets() + " and lengths of " + block.getSizeOfLengths()
                    + " bytes; " + WORD_BYTES + " are supported");
        }
        if (block.getBaseAddressByte() != 0) {
            throw fault(0, "its addresses count from byte " + block.getBaseAddressByte()
                    + "; files without anything in front of them are supported");
        }
        if (block.getEndOfFileAddress() > source.byteSize()) {
            throw fault(source.byteSize(), "the file ends here, but it says that it has " + block.getEndOfFileAddress() + " bytes");
        }
    }

    /**
     * Starts another structure.
     *
     * @param reads how many reads it may take
     * @param records how many records its trees and arrays may announce
     */
    void begin(long reads, long records) {
        readsLeft = reads;
        maxRecords = records;
        isHeader = false;
    }

    /** Starts the header of an object. */
    void beginHeader(long reads) {
        begin(reads, 0);
        isHeader = true;
    }

    /** Takes part of what all structures of the file together may read. */
    private void take(long address, long bytes) {
        if (--readsLeft < 0 && superblock != null) {
            throw fault(address, "a structure refers to so many others that it may have no end");
        }
        bytesLeft -= bytes;
        if (bytesLeft < 0) {
            throw fault(address, "its structures take more than " + LoadLimits.MAX_HEADER_BYTES + " bytes");
        }
    }

    /**
     * jHDF asks for more of a full node than it has. What lies behind the end of the file is left out, and is missed only by whoever looks
     * at it.
     */
    private ByteBuffer read(long address, long length) {
        if (address < 0 || length < 0 || address > source.byteSize()) {
            throw fault(ModelFormatException.NO_OFFSET, "a structure of " + length + " bytes at byte " + address + " lies outside of the file");
        }
        long count = Math.min(length, source.byteSize() - address);
        take(address, count);
        byte[] bytes = new byte[Math.toIntExact(count)];
        source.copy(address, bytes, 0, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN);
        if (isHeader) {
            UntaggedOpaque.asText(buffer);
        }
        AnnouncedRecords.of(buffer).ifPresent(records -> requireFew(address, records));
        return buffer;
    }

    private void requireFew(long address, long records) {
        if (Long.compareUnsigned(records, maxRecords) > 0) {
            throw fault(address, "announces " + Long.toUnsignedString(records) + " records where " + maxRecords + " can be");
        }
    }

    /** Name of the file, for messages. */
    String name() {
        return source.name();
    }

    ModelFormatException fault(long address, String problem) {
        return new ModelFormatException(source.name(), address, "", problem);
    }

    @Override
    public ByteBuffer readBufferFromAddress(long address, int length) {
        return read(address, length);
    }

    @Override
    public ByteBuffer map(long address, long length) {
        if (length == NO_DIRECT_BLOCK) {
            throw fault(address, "holds more names or attributes in one place than jHDF can read; use several groups, or h5py's default libver");
        }
        return read(address, length);
    }

    @Override
    public ByteBuffer mapNoOffset(long address, long length) {
        return read(address, length);
    }

    @Override
    public long getUserBlockSize() {
        return 0;
    }

    @Override
    public Superblock getSuperblock() {
        return superblock;
    }

    /** There is none: jHDF asks only to write, or for its users. */
    @Override
    public FileChannel getFileChannel() {
        throw new UnsupportedOperationException("there is no file");
    }

    @Override
    public int getSizeOfOffsets() {
        return WORD_BYTES;
    }

    @Override
    public int getSizeOfLengths() {
        return WORD_BYTES;
    }

    @Override
    public long size() {
        return source.byteSize();
    }

    @Override
    public boolean inMemory() {
        return true;
    }

    /** Whoever holds the bytes closes them. */
    @Override
    public void close() { }
}
