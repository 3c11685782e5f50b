package dev.lockstep.loader.internal.translate;

import dev.lockstep.loader.Metadata;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint of another format as GGUF has it.
 *
 * @param tensors in the order in which what they are made of is stored
 * @param origins what tensors, there or missing, are called in the files, by their names in GGUF
 */
public record TranslatedModel(Metadata metadata, List<TranslatedTensor> tensors, Map<String, String> origins) { }
