/**
 * Tokenizers: the two kinds of byte pair encoding that models use, and the way back to text.
 *
 * <p>A text's journey: {@link BpeTokenizer} copies it into scratch memory and cuts out user-defined tokens
 * ({@link UserDefinedTokens}); the kind of vocabulary cuts the rest into stretches and their smallest symbols
 * ({@link SentencePieceTokenizer}, {@link ByteLevelTokenizer} with {@link PreTokenizer}); {@link Merger} joins
 * neighbours, best pair first; the ids are collected in {@link IdBuffer} and copied out. All scratch dies zeroed with
 * the call.
 *
 * <p>Two inputs are hostile. The text may be any bytes of any length. The vocabulary comes from a model file: it is
 * checked once, when a tokenizer is made, and trusted afterwards; its hash tables are seeded per process so that nobody
 * can prepare collisions.
 */
package dev.lockstep.models.internal.tokenizer;
