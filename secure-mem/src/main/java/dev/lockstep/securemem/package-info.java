/**
 * Off-heap memory with one owner and a certain end.
 *
 * <p>Whoever opens a {@link dev.lockstep.securemem.SecureArena} owns it and closes it; everyone else borrows segments.
 * Weights, KV caches, activations, logits and prompts live here because the garbage collector copies heap arrays and
 * leaves the old copies behind.
 *
 * <p>What Java cannot promise: values in registers, in compiled code's stack spills, and in any {@code String} or array
 * that a caller made on the heap.
 */
package dev.lockstep.securemem;
