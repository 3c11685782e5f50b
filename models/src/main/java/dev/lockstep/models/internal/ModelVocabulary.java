package dev.lockstep.models.internal;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.StringTable;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.Tokenizers;
import dev.lockstep.models.internal.tokenizer.Vocabulary;

/** The tokenizer that a checkpoint's metadata describes. */
public final class ModelVocabulary {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String TOKENS = PREFIX + "tokens";
    private static final String SCORES = PREFIX + "scores";
    private static final String TOKEN_TYPE = PREFIX + "token_type";
    private static final long ABSENT = -1;

    private ModelVocabulary() {
    }

    /** Builds the tokenizer; metadata alone is enough, no tensor is needed. */
    public static Tokenizer tokenizer(Metadata metadata) {
        return Tokenizers.of(vocabulary(metadata));
    }

    private static Vocabulary vocabulary(Metadata metadata) {
        String model = metadata.requireText(PREFIX + "model");
        StringTable tokens = metadata.texts(TOKENS).orElseThrow(() -> metadata.malformed(TOKENS, "is missing"));
        if (tokens.size() == 0 || tokens.size() > LoadLimits.MAX_VOCABULARY) {
            throw metadata.malformed(TOKENS, tokens.size() + " tokens are not between 1 and " + LoadLimits.MAX_VOCABULARY);
        }
        requireOnePerToken(metadata, SCORES, tokens.size());
        requireOnePerToken(metadata, TOKEN_TYPE, tokens.size());
        return new Vocabulary(metadata.file(), model,
                metadata.text(PREFIX + "pre").orElse(null),
                tokens,
                metadata.floats(SCORES).orElse(null),
                metadata.integers(TOKEN_TYPE).orElse(null),
                metadata.texts(PREFIX + "merges").orElse(null),
                id(metadata, "bos_token_id"),
                id(metadata, "eos_token_id"),
                id(metadata, "eot_token_id"),
                id(metadata, "eom_token_id"),
                id(metadata, "unknown_token_id"),
                metadata.bool(PREFIX + "add_bos_token").orElse(null),
                metadata.bool(PREFIX + "add_eos_token").orElse(null),
                metadata.bool(PREFIX + "add_space_prefix").orElse(null));
    }

    /** Before they are copied: a list of single bytes grows by four. */
    private static void requireOnePerToken(Metadata metadata, String key, int tokens) {
        if (metadata.get(key).orElse(null) instanceof Metadata.NumberListValue(var list) && list.size() != tokens) {
            throw metadata.malformed(key, "has " + list.size() + " entries for " + tokens + " tokens");
        }
    }

    private static long id(Metadata metadata, String name) {
        return metadata.integer(PREFIX + name).orElse(ABSENT);
    }
}
