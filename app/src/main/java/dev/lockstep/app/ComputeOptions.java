package dev.lockstep.app;

import dev.lockstep.kernel.KvType;
import dev.lockstep.models.LoadOptions;
import dev.lockstep.models.SessionOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to compute. */
final class ComputeOptions {
    @Mixin
    private ThreadsOption threads;

    @Option(names = {"-c", "--context"}, paramLabel = "N",
            description = "Tokens of prompt and text together. Default: the model's own limit, at most "
                    + LoadOptions.DEFAULT_CONTEXT + "; 512 for perplexity.")
    private Integer context;

    @Option(names = "--kv-cache", paramLabel = "TYPE", converter = KvTypeName.class,
            description = "How past keys and values are kept: f32, f16 or q8_0, each about half as large as the one before."
                    + " Default: f16; f32 for logits and perplexity.")
    private KvType kvCache;

    LoadOptions loadOptions() {
        return loadOptions(LoadOptions.DEFAULT_CONTEXT);
    }

    /** The same, with another context where none was asked for. */
    LoadOptions loadOptions(int defaultContext) {
        return threads.apply(LoadOptions.defaults().withMaxContext(context == null ? defaultContext : context));
    }

    /** For a session with all the context that was loaded for. */
    SessionOptions sessionOptions() {
        return sessionOptions(SessionOptions.defaults().kvCache());
    }

    /** The same, with another cache where none was asked for. */
    SessionOptions sessionOptions(KvType defaultKvCache) {
        return SessionOptions.defaults().withKvCache(kvCache == null ? defaultKvCache : kvCache);
    }

    /** Names as in the help, in any case. */
    static final class KvTypeName implements ITypeConverter<KvType> {
        @Override
        public KvType convert(String name) {
            return Arguments.named(name, KvType.values());
        }
    }
}
