package dev.lockstep.app;

import dev.lockstep.models.Sampling;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** How tokens are chosen, and when to stop. */
final class SamplingOptions {
    private static final double NANOS_PER_SECOND = 1e9;

    @Option(names = {"-n", "--max-tokens"}, paramLabel = "N", description = "Stop after this many tokens. Default: 256; 1024 for each answer of a chat.")
    private Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T",
            description = "0 always takes the most probable token. Default: ${DEFAULT-VALUE}.")
    private float temperature = 0.8f;

    @Option(names = "--top-k", paramLabel = "K", description = "Choose among the K most probable; 0: all. Default: ${DEFAULT-VALUE}.")
    private int topK = 40;

    @Option(names = "--top-p", paramLabel = "P",
            description = "Choose among the most probable that together reach P. Default: ${DEFAULT-VALUE}.")
    private float topP = 0.95f;

    @Option(names = "--min-p", paramLabel = "P",
            description = "Drop what is less probable than P times the best. Default: ${DEFAULT-VALUE}.")
    private float minP = 0.05f;

    @Option(names = "--seed", paramLabel = "S", description = "Equal seeds give equal texts. Default: a random one.")
    private Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Stop before this text; may be given several times.")
    private List<String> stop = List.of();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Give up a text that takes longer, prompt included, and wipe what there is. Default: never.")
    private Double timeoutSeconds;

    /**
     * @param usualMaxTokens where none were asked for
     * @throws IllegalArgumentException if a value is out of range
     */
    Sampling sampling(int usualMaxTokens) {
        return new Sampling(temperature, topK, topP, minP, seed == null ? Sampling.defaults().seed() : seed,
                maxTokens == null ? usualMaxTokens : maxTokens, stop,
                timeoutSeconds == null ? Sampling.NO_TIMEOUT : Duration.ofNanos((long) (timeoutSeconds * NANOS_PER_SECOND)));
    }

    /** What a text that took too long is told about. */
    String givenUp() {
        return "given up after " + timeoutSeconds + " s (--timeout)";
    }
}
