/**
 * Tokenizer files of the Hugging Face world, translated into GGUF's keys.
 *
 * <p>{@link TokenizerFiles} decides which file of a folder says what; {@link TokenizerJson} reads the vocabulary of a
 * {@code tokenizer.json} as a stream, {@link PreTokenizers} and the other translators recognise its components by table. Nothing of a
 * file is ever run: a regular expression is looked up, not compiled. What is not in a table is refused by name.
 */
package dev.lockstep.loader.internal.tokenizer;
