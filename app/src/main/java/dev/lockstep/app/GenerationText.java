package dev.lockstep.app;

import dev.lockstep.models.Generation;
import java.util.Locale;

/** How a generation went, for people. */
final class GenerationText {
    private static final double NANOS_PER_SECOND = 1e9;

    private GenerationText() {
    }

    static String of(Generation g) {
        return String.format(Locale.ROOT, "prompt: %d tokens, %.1f/s; generated: %d tokens, %.1f/s; %s",
                g.promptTokens(), g.promptTokens() * NANOS_PER_SECOND / g.promptNanos(),
                g.generatedTokens(), g.generatedTokens() * NANOS_PER_SECOND / g.generateNanos(), g.finish());
    }
}
