package dev.lockstep.app;

import dev.lockstep.models.LoadOptions;
import picocli.CommandLine.Option;

/** How many threads compute. */
final class ThreadsOption {
    @Option(names = {"-t", "--threads"}, paramLabel = "N", description = "Threads that compute. Default: one per processor.")
    private Integer threads;

    LoadOptions apply(LoadOptions options) {
        return threads == null ? options : options.withThreads(threads);
    }
}
