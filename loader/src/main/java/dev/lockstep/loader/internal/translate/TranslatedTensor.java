package dev.lockstep.loader.internal.translate;

/**
 * A tensor of a translated checkpoint.
 *
 * @param name as in a GGUF file
 * @param origin what it is made of, as people find it in the files
 * @param rows its values
 */
public record TranslatedTensor(String name, String origin, RowSource rows) { }
