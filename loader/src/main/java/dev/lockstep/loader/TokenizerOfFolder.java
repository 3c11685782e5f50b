package dev.lockstep.loader;

import dev.lockstep.loader.internal.huggingface.ModelTranslation;
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

    /** Vocabularies in forms that are not read. */
    private static final List<String> OTHERS = List.of("spiece.model", "sentencepiece.bpe.model", "spm.model", "qwen.tiktoken", "tiktoken.model",
            "vocab.tiktoken", "tekken.json", "vocab.bpe");

    private final VerifiedFiles files;
    /** What is in them, by name. */
    private final Map<String, byte[]> tokenizer = new TreeMap<>();

    private TokenizerOfFolder(VerifiedFiles files) {
        this.files = files;
    }

    /** Reads those that are there. Parses nothing. */
    static TokenizerOfFolder read(VerifiedFiles files) throws IOException {
        var folder = new TokenizerOfFolder(files);
        for (String name : TokenizerFiles.NAMES) {
            if (files.has(name)) {
                folder.tokenizer.put(name, files.readWhole(name, (int) LoadLimits.MAX_HEADER_BYTES));
            }
        }
        return folder;
    }

    /**
     * What they say.
     *
     * @param model whose tokens they are
     * @return {@code tokenizer.*}; if there is no vocabulary, they say so as llama.cpp's do
     */
    Map<String, Metadata.Value> metadata(ModelTranslation model) {
        // keras-hub has a file of the same name, which says only what its class is called
        tokenizer.values().removeIf(KerasModel::isSettings);
        if (VOCABULARIES.stream().noneMatch(tokenizer::containsKey)) {
            refuseOthers();
            return Map.of("tokenizer.ggml.model", new Metadata.TextValue("no_vocab"));
        }
        tokenizer.put(TokenizerFiles.MODEL_SETTINGS, model.config());
        return TokenizerFiles.metadata(files.name(), tokenizer, model.vocabularySize());
    }

    private void refuseOthers() {
        OTHERS.stream().filter(files::has).findFirst().ifPresent(name -> {
            throw new ModelFormatException(name, ModelFormatException.NO_OFFSET, "", "is a vocabulary in a form that is not read; supported are "
                    + String.join(", ", VOCABULARIES));
        });
    }
}
