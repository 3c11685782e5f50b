package dev.lockstep.loader.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.loader.signing.SegmentDigest;
import dev.lockstep.securemem.SecureArena;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * The bytes of a file that stay there, and are compared with digests of their own each time they are used. The file is opened once
 * and read through once, for the digests that were signed and for those of its pages, both of the same private copy of each stretch.
 *
 * <p><b>Threads.</b> {@link #copy} by one at a time; each {@link Reader} by one, different ones by different threads.
 * <b>Ownership.</b> Whoever made it closes it, after which nothing can be read.
 */
public final class VerifiedPages implements ByteSource, AutoCloseable {
    /** Small, because panels at the edge of a stretch share pages with others; large enough that starting a hash does not count. */
    public static final int PAGE_BYTES = 64 << 10;

    /** Private memory for the first reading: a whole number of pages, enough for two threads to hash side by side. */
    private static final long STRETCH_BYTES = 8L << 20;

    /** What a header is read through. */
    private static final long COPY_BYTES = 4 * PAGE_BYTES;

    /** Which part of the Java heap the digests of all pages may take: 1/4. */
    private static final int DIGESTS_SHARE = 4;

    private static final HashAlgorithm PAGE_HASH = HashAlgorithm.SHA_256;

    private final OpenFile file;
    private final SecureArena memory;
    private final byte[] pageDigests;
    private final Reader reader;
    private FileDigests digests;

    private VerifiedPages(OpenFile file) throws IOException {
        this.file = file;
        long digestBytes = Math.ceilDiv(file.byteSize(), PAGE_BYTES) * PAGE_HASH.bytes();
        if (digestBytes > Runtime.getRuntime().maxMemory() / DIGESTS_SHARE) {
            throw new IOException(file.name() + " is so large (" + file.byteSize() + " bytes) that the digests of its pages would take "
                    + digestBytes + " bytes of Java heap; allow a larger heap (-Xmx)");
        }
        pageDigests = new byte[Math.toIntExact(digestBytes)];
        memory = SecureArena.open("pages of " + file.name());
        reader = newReader(memory.allocate(readerBytes(COPY_BYTES)));
    }

    /**
     * Opens and hashes a file.
     *
     * @param plan which digests to compute
     * @throws IOException if it cannot be read or is not a regular file (symbolic links are not followed)
     */
    public static VerifiedPages of(Path path, HashPlan plan) throws IOException {
        OpenFile file = OpenFile.of(path);
        try {
            var pages = new VerifiedPages(file);
            try {
                pages.hashAll(plan);
                return pages;
            } catch (Throwable t) {
                pages.memory.close();
                throw t;
            }
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    private void hashAll(HashPlan plan) throws IOException {
        try (var scratch = SecureArena.open("stretch of " + name());
                var hashing = new ParallelDigest(plan, Runtime.getRuntime().availableProcessors())) {
            MemorySegment stretch = scratch.allocate(STRETCH_BYTES);
            var pageDigest = new SegmentDigest(PAGE_HASH);
            for (long at = 0; at < byteSize(); at += STRETCH_BYTES) {
                MemorySegment copy = stretch.asSlice(0, Math.min(STRETCH_BYTES, byteSize() - at));
                file.read(at, copy);
                hashing.add(copy);
                for (long page = 0; page < copy.byteSize(); page += PAGE_BYTES) {
                    pageDigest.update(copy.asSlice(page, Math.min(PAGE_BYTES, copy.byteSize() - page)));
                    System.arraycopy(pageDigest.digest(), 0, pageDigests, digestOffset((at + page) / PAGE_BYTES), PAGE_HASH.bytes());
                }
                hashing.awaitHashed();
            }
            digests = hashing.finish();
        }
    }

    private static int digestOffset(long page) {
        return Math.toIntExact(page * PAGE_HASH.bytes());
    }

    /** The digests that the plan asked for. */
    public FileDigests digests() {
        return digests;
    }

    /** Bytes of memory for a reader that reads up to {@code count} bytes at once. */
    public static long readerBytes(long count) {
        return Math.addExact(Math.multiplyExact(Math.ceilDiv(count, PAGE_BYTES), (long) PAGE_BYTES), PAGE_BYTES);
    }

    /**
     * A reader for one thread.
     *
     * @param memory borrowed; {@link #readerBytes} says how much
     */
    public Reader newReader(MemorySegment memory) {
        return new Reader(memory);
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public long byteSize() {
        return file.byteSize();
    }

    @Override
    public void copy(long offset, MemorySegment target, long targetOffset, long count) {
        for (long done = 0; done < count; done += COPY_BYTES) {
            MemorySegment piece = reader.read(offset + done, Math.min(COPY_BYTES, count - done));
            MemorySegment.copy(piece, 0, target, targetOffset + done, piece.byteSize());
        }
    }

    @Override
    public void copy(long offset, byte[] target, int targetOffset, int count) {
        for (int done = 0; done < count; done += (int) COPY_BYTES) {
            MemorySegment piece = reader.read(offset + done, Math.min(COPY_BYTES, count - done));
            MemorySegment.copy(piece, JAVA_BYTE, 0, target, targetOffset + done, (int) piece.byteSize());
        }
    }

    /** Closes the file, and zeroes the private pages. Idempotent; no reader may be at work. */
    @Override
    public void close() {
        file.close();
        memory.close();
    }

    /** Reads through private memory. */
    public final class Reader {
        private final MemorySegment memory;
        private final SegmentDigest digest = new SegmentDigest(PAGE_HASH);
        private long firstByte;
        private long verifiedBytes;

        private Reader(MemorySegment memory) {
            this.memory = memory;
        }

        /**
         * Bytes whose pages are as they were when the file was verified.
         *
         * @return a slice of the reader's memory, until the next call
         * @throws ModelSignatureException if a page is not, or cannot be read any more
         */
        public MemorySegment read(long offset, long count) {
            Objects.checkFromIndexSize(offset, count, byteSize());
            boolean there = offset >= firstByte && offset + count <= firstByte + verifiedBytes;
            if (!there) {
                load(offset - offset % PAGE_BYTES, offset + count);
            }
            return memory.asSlice(offset - firstByte, count);
        }

        private void load(long from, long to) {
            verifiedBytes = 0;
            firstByte = from;
            long end = Math.min(Math.ceilDiv(to, PAGE_BYTES) * PAGE_BYTES, byteSize());
            MemorySegment pages = memory.asSlice(0, end - from);
            try {
                file.readUninterrupted(from, pages);
            } catch (IOException e) {
                throw new ModelSignatureException(Reason.FILE_UNREADABLE, name(), "cannot be read any more: " + e.getMessage()
                        + "; leave it alone while it is in use", e);
            }
            for (long at = 0; at < pages.byteSize(); at += PAGE_BYTES) {
                verify(pages.asSlice(at, Math.min(PAGE_BYTES, pages.byteSize() - at)), (from + at) / PAGE_BYTES);
            }
            verifiedBytes = pages.byteSize();
        }

        private void verify(MemorySegment page, long number) {
            digest.update(page);
            int at = digestOffset(number);
            if (!Arrays.equals(digest.digest(), 0, PAGE_HASH.bytes(), pageDigests, at, at + PAGE_HASH.bytes())) {
                throw new ModelSignatureException(Reason.DIGEST_MISMATCH, name(), "was changed while it was in use; get an unchanged copy of"
                        + " it and leave that alone");
            }
        }

        /** Forgets what was read. */
        public void zero() {
            memory.fill((byte) 0);
            verifiedBytes = 0;
        }
    }
}
