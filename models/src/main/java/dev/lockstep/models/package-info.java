/**
 * Transformers to embed: load a verified checkpoint, open sessions, generate text.
 *
 * <pre>{@code
 * try (Model model = Lockstep.load(Path.of("model.gguf"), TrustPolicy.of(publicKey));
 *      Session session = model.newSession()) {
 *     session.generate("Once upon a time", Sampling.greedy().maxTokens(64), token -> System.out.print(token.text()));
 * }
 * }</pre>
 *
 * <p>An {@link dev.lockstep.models.Embedder} makes vectors of texts, with models that are made for that:
 *
 * <pre>{@code
 * try (Embedder embedder = Lockstep.loadEmbedder(Path.of("encoder.gguf"), TrustPolicy.of(publicKey))) {
 *     float[] vector = embedder.embed("a fox");
 * }
 * }</pre>
 *
 * <p>Weights, prompts, caches and logits live in secure memory that is zeroed when its owner is closed. To keep a prompt off
 * the Java heap altogether, hand it over as a memory segment.
 */
package dev.lockstep.models;
