package dev.lockstep.loader;

import dev.lockstep.loader.internal.keras.KerasModel;
import dev.lockstep.loader.internal.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tokenizer files that lie beside the weights, as GGUF's keys. */
final class TokenizerOfFolder {
    /** Each is a vocabulary. */
    private static final List<String> VOCABULARIES = List.of("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt");

    private TokenizerOfFolder() {
    }

    /**
     * Reads them.
     *
     * @param vocabularySize number of tokens
     * @return {@code tokenizer.*}; if there is no vocabulary, they say so as llama.cpp's do
     */
    static Map<String, Metadata.Value> read(VerifiedFiles files, int vocabularySize) throws IOException {
        Map<String, byte[]> tokenizer = new TreeMap<>();
        for (String name : TokenizerFiles.NAMES) {
            if (files.has(name)) {
                tokenizer.put(name, files.readWhole(name, (int) LoadLimits.MAX_HEADER_BYTES));
            }
        }
        // keras-hub has a file of the same name, which says only what its class is called
        tokenizer.values().removeIf(KerasModel::isSettings);
        if (VOCABULARIES.stream().noneMatch(tokenizer::containsKey)) {
            return Map.of("tokenizer.ggml.model", new Metadata.TextValue("no_vocab"));
        }
        return TokenizerFiles.metadata(files.name(), tokenizer, vocabularySize);
    }
}
