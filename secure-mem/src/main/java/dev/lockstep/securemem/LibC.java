package dev.lockstep.securemem;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The few calls of the C library that hardened memory needs, through the Foreign Function API: no JNI, and no library but the one that
 * Java itself runs on. Numbers are those of Linux, which are the same on x86-64 and AArch64. Addresses are longs, so that no segment is
 * made for a call.
 */
final class LibC {
    static final int PROT_NONE = 0;
    static final int PROT_READ = 1;
    static final int PROT_READ_WRITE = 3;
    static final int MADV_HUGEPAGE = 14;
    static final int MADV_DONTDUMP = 16;
    static final int MADV_WIPEONFORK = 18;

    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int EPERM = 1;
    private static final int EAGAIN = 11;
    private static final int ENOMEM = 12;
    private static final int EINVAL = 22;

    private final MethodHandle mmap = handle("mmap", ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
    private final MethodHandle munmap = handle("munmap", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private final MethodHandle mprotect =
            handle("mprotect", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private final MethodHandle madvise =
            handle("madvise", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private final MethodHandle mlock = handle("mlock", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    /** Of one fixed argument; the others are variable. */
    private final MethodHandle prctl = handle("prctl", List.of(Linker.Option.firstVariadicArg(1)), ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private final MethodHandle getpagesize = handle("getpagesize", ValueLayout.JAVA_INT);

    /** int32, shape (1): errno of the last call. Shared like all memory: docs/decisions 6. */
    private final MemorySegment callState;
    private final long errnoOffset;

    private LibC() {
        StructLayout layout = Linker.Option.captureStateLayout();
        callState = Arena.ofShared().allocate(layout);
        errnoOffset = layout.byteOffset(PathElement.groupElement("errno"));
    }

    /**
     * @throws IllegalCallerException if native access is not allowed to this module
     * @throws UnsupportedOperationException if this system is none that is known here
     */
    static LibC open() {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new UnsupportedOperationException("hardened memory needs Linux; this is " + System.getProperty("os.name"));
        }
        return new LibC();
    }

    private static MethodHandle handle(String name, ValueLayout result, ValueLayout... arguments) {
        return handle(name, List.of(), result, arguments);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, List<Linker.Option> special, ValueLayout result, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup().find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
        var options = new ArrayList<>(special);
        options.add(Linker.Option.captureCallState("errno"));
        return linker.downcallHandle(function, FunctionDescriptor.of(result, arguments), options.toArray(Linker.Option[]::new));
    }

    private interface Call {
        long run() throws Throwable;
    }

    /** The result, or the name of what went wrong; -1 always means that something did. */
    private synchronized Optional<String> failure(Call call) {
        try {
            return call.run() != -1 ? Optional.empty() : Optional.of(name(callState.get(ValueLayout.JAVA_INT, errnoOffset)));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of the C library", e);
        }
    }

    private static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM";
            case EAGAIN -> "EAGAIN";
            case ENOMEM -> "ENOMEM";
            case EINVAL -> "EINVAL";
            default -> "errno " + errno;
        };
    }

    /** Bytes of a page. */
    int pageBytes() {
        var size = new int[1];
        failure(() -> size[0] = (int) getpagesize.invokeExact(callState));
        return size[0];
    }

    /**
     * Reserves zero-filled memory that nobody may touch yet.
     *
     * @return its address
     * @throws OutOfMemoryError if there is none
     */
    long reserve(long byteSize) {
        var address = new long[1];
        Optional<String> failure = failure(() ->
                address[0] = (long) mmap.invokeExact(callState, 0L, byteSize, PROT_NONE, MAP_PRIVATE_ANONYMOUS, -1, 0L));
        if (failure.isPresent()) {
            throw new OutOfMemoryError("mmap of " + byteSize + " bytes: " + failure.get());
        }
        return address[0];
    }

    void release(long address, long byteSize) {
        require("munmap", failure(() -> (int) munmap.invokeExact(callState, address, byteSize)));
    }

    /**
     * Says what may be done with whole pages.
     *
     * @return what went wrong: making memory usable may need memory
     */
    Optional<String> protect(long address, long byteSize, int protection) {
        return failure(() -> (int) mprotect.invokeExact(callState, address, byteSize, protection));
    }

    Optional<String> advise(long address, long byteSize, int advice) {
        return failure(() -> (int) madvise.invokeExact(callState, address, byteSize, advice));
    }

    /** Keeps pages in memory, out of swap; brings them there. */
    Optional<String> lock(long address, long byteSize) {
        return failure(() -> (int) mlock.invokeExact(callState, address, byteSize));
    }

    /** No core dumps, and nobody but the administrator may look into this process. */
    Optional<String> makeUndumpable() {
        return failure(() -> (int) prctl.invokeExact(callState, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L));
    }

    static void require(String call, Optional<String> failure) {
        failure.ifPresent(reason -> {
            throw new IllegalStateException(call + ": " + reason);
        });
    }
}
