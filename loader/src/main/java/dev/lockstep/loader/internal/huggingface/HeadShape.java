package dev.lockstep.loader.internal.huggingface;

/**
 * The heads of a layer.
 *
 * @param heads of queries
 * @param dim values of each
 * @param rotated how many of them are rotated; even
 */
record HeadShape(long heads, long dim, long rotated) { }
