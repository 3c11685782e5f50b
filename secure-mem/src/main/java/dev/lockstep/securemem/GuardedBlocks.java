package dev.lockstep.securemem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Pages of their own for every allocation, with pages that nobody may touch on both sides. The data ends where the guard begins, but for
 * what alignment leaves, and there the canary is.
 *
 * <pre>
 * guard page | unused ... canary | data | canary (0 to alignment - 1 bytes) | guard page
 * </pre>
 */
final class GuardedBlocks implements BlockAllocator {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LOCK_LIMIT = "Max locked memory";

    /** Where memory begins that is large enough for huge pages: where one begins. */
    private static final long HUGE_PAGE_BYTES = 2L << 20;

    private final LibC libc;
    private final long pageBytes;

    GuardedBlocks(LibC libc) {
        this.libc = libc;
        this.pageBytes = libc.pageBytes();
    }

    @Override
    public Block allocate(Arena owner, long byteSize, long byteAlignment) {
        long inner;
        try {
            inner = roundUp(Math.addExact(byteSize, Canary.BYTES + byteAlignment));
        } catch (ArithmeticException e) {
            throw PlainBlocks.outOfMemory(byteSize, e);
        }
        long startAlignment = inner < HUGE_PAGE_BYTES ? pageBytes : HUGE_PAGE_BYTES;
        var mapping = new Mapping(inner + pageBytes + startAlignment, startAlignment);
        try {
            open(mapping.start, inner);
            return block(owner, mapping, inner, byteSize, byteAlignment);
        } catch (Throwable t) {
            mapping.release();
            throw t;
        }
    }

    /** Address space that nobody may touch, but for what is opened in it. */
    private final class Mapping {
        final long address;
        final long byteSize;
        /** Where memory may begin: not before the second page. */
        final long start;
        private boolean released;

        Mapping(long byteSize, long startAlignment) {
            this.byteSize = byteSize;
            address = libc.reserve(byteSize);
            start = (address + pageBytes + startAlignment - 1) & -startAlignment;
        }

        /** Idempotent: a second time, the addresses may be somebody else's. */
        synchronized void release() {
            if (!released) {
                released = true;
                libc.release(address, byteSize);
            }
        }
    }

    private long roundUp(long bytes) {
        return Math.multiplyExact(Math.ceilDiv(bytes, pageBytes), pageBytes);
    }

    /** Makes pages usable, and protects them as far as that can be had. */
    private void open(long address, long byteSize) {
        libc.protect(address, byteSize, LibC.PROT_READ_WRITE).ifPresent(reason -> {
            throw new OutOfMemoryError("mprotect of " + byteSize + " bytes: " + reason);
        });
        if (byteSize >= HUGE_PAGE_BYTES) {
            // a favour to speed, not to secrecy; no answer is needed
            libc.advise(address, byteSize, LibC.MADV_HUGEPAGE);
        }
        Hardening.note(Measure.NOT_DUMPED, "madvise(MADV_DONTDUMP)", libc.advise(address, byteSize, LibC.MADV_DONTDUMP));
        Hardening.note(Measure.WIPED_ON_FORK, "madvise(MADV_WIPEONFORK)", libc.advise(address, byteSize, LibC.MADV_WIPEONFORK));
        Hardening.note(Measure.LOCKED, "mlock", libc.lock(address, byteSize).map(GuardedBlocks::withLimit));
    }

    private static String withLimit(String reason) {
        try (var limits = Files.lines(LIMITS)) {
            return reason + limits.filter(line -> line.startsWith(LOCK_LIMIT)).findFirst().map(GuardedBlocks::advice).orElse("");
        } catch (IOException | UncheckedIOException e) {
            return reason + "; " + LIMITS + " cannot be read: " + e.getMessage();
        }
    }

    /** @param line name, soft limit, hard limit, unit, in columns */
    private static String advice(String line) {
        String soft = line.substring(LOCK_LIMIT.length()).strip().split(" ")[0];
        return "; this process may lock " + soft + " bytes (ulimit -l, or LimitMEMLOCK= of a service)";
    }

    @SuppressWarnings("restricted")
    private Block block(Arena owner, Mapping mapping, long inner, long byteSize, long byteAlignment) {
        long start = mapping.start;
        long end = start + inner;
        long dataOffset = ((end - byteSize) & -byteAlignment) - start;
        long behind = inner - dataOffset - byteSize;
        MemorySegment pages = MemorySegment.ofAddress(start)
                .reinterpret(inner, owner, _ -> mapping.release());
        Hardening.count(byteSize);
        return new Block(pages.asSlice(dataOffset, byteSize), pages.asSlice(dataOffset - Canary.BYTES, Canary.BYTES),
                pages.asSlice(dataOffset + byteSize, Math.min(behind, Canary.BYTES)), readOnly -> seal(start, inner, readOnly));
    }

    private void seal(long address, long byteSize, boolean readOnly) {
        Optional<String> failure = libc.protect(address, byteSize, readOnly ? LibC.PROT_READ : LibC.PROT_READ_WRITE);
        if (readOnly) {
            Hardening.note(Measure.SEALED, "mprotect(PROT_READ)", failure);
        } else {
            LibC.require("mprotect", failure);
        }
    }
}
