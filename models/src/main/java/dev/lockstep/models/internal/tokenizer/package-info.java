/**
 * Tokenizers: byte pair encoding over characters and over bytes, WordPiece, and the way back to text.
 *
 * <p>A text's journey: {@link PieceTokenizer} copies it into scratch memory and cuts out what is matched literally
 * ({@link LiteralTokens}: user-defined tokens, and control tokens in markup, see {@link MarkedText}); the kind of vocabulary
 * encodes the stretches between: {@link SentencePieceTokenizer} and {@link ByteLevelTokenizer} (with {@link PreTokenizer}) through
 * {@link Merger}, which joins neighbours, best pair first; {@link UnigramTokenizer} by the best sum of scores; {@link WordPieceTokenizer}
 * by the longest piece. The ids are collected in
 * {@link IdBuffer} and copied out. All scratch dies zeroed with the call.
 *
 * <p>Two inputs are hostile. The text may be any bytes of any length. The vocabulary comes from a model file: it is
 * checked once, when a tokenizer is made, and trusted afterwards; its hash tables are seeded per process so that nobody
 * can prepare collisions.
 */
package dev.lockstep.models.internal.tokenizer;
