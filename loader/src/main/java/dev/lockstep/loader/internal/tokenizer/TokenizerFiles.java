package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import java.util.Map;

/** The tokenizer files of transformers as GGUF's {@code tokenizer.*} keys. Not built yet: every folder is refused. */
public final class TokenizerFiles {
    private TokenizerFiles() {
    }

    /**
     * The keys that follow from some files.
     *
     * @param folder for messages
     * @param filesByName those that are there, whole
     * @param vocabSize number of tokens of the model
     * @throws ModelFormatException always
     */
    public static Map<String, Metadata.Value> metadata(String folder, Map<String, byte[]> filesByName, int vocabSize) {
        throw new ModelFormatException(folder, ModelFormatException.NO_OFFSET, "", "tokenizer files " + filesByName.keySet() + " are not read yet");
    }
}
