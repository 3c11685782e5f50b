package dev.lockstep.loader.internal.huggingface;

/**
 * A vector that follows from the settings.
 *
 * @param name in GGUF
 * @param values never changed
 */
record ConstantTensor(String name, float[] values) { }
