package dev.lockstep.app;

import dev.lockstep.models.LoadOptions;
import picocli.CommandLine.Option;

/** How to compute. */
final class ComputeOptions {
    @Option(names = {"-t", "--threads"}, paramLabel = "N", description = "Threads that compute. Default: one per processor.")
    private Integer threads;

    @Option(names = {"-c", "--context"}, paramLabel = "N",
            description = "Tokens of prompt and text together. Default: the model's own limit, at most "
                    + LoadOptions.DEFAULT_CONTEXT + ".")
    private Integer context;

    LoadOptions loadOptions() {
        LoadOptions options = LoadOptions.defaults();
        options = threads == null ? options : options.withThreads(threads);
        return context == null ? options : options.withMaxContext(context);
    }
}
