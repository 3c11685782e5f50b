package dev.lockstep.securemem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a core dump of this process would hold. Needs no native call. */
public final class CoreDumps {
    /** Bits that say which kinds of memory are dumped (core(5)); zero: registers and stacks' descriptions only, no memory. */
    private static final String NOTHING = "0";

    private static final Path FILTER = Path.of("/proc/self/coredump_filter");

    private CoreDumps() {
    }

    /**
     * Leaves all memory, on and off the heap, out of core dumps of this process and of those it starts.
     *
     * @return why that could not be had; empty if it was
     */
    public static Optional<String> excludeMemory() {
        try {
            if (Files.notExists(FILTER)) {
                return Optional.of("this system has no " + FILTER);
            }
            Files.writeString(FILTER, NOTHING);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(FILTER + " cannot be written: " + e.getMessage());
        }
    }
}
