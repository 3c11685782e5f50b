package dev.lockstep.models;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * Text to token ids and back, after one model's vocabulary. Immutable and safe for use by any number of threads.
 *
 * <p><b>Security.</b> Text and ids are read from and written to memory segments only. Nothing of either is ever put
 * into a heap array or a {@code String}; working memory is a {@link SecureArena} of its own that is zeroed before
 * {@link #encode} returns, also when it throws. The vocabulary is public knowledge and lives on the heap.
 *
 * <p><b>Text is only text.</b> What looks like a control token ({@code <s>}, {@code <|endoftext|>}) is tokenized as the
 * characters it consists of: no text can produce a control token, only the markup of {@link #encodeMarked}. Tokens the vocabulary
 * calls <i>user defined</i> are matched literally, the longest one at the leftmost place, unless they look like control tokens.
 */
public interface Tokenizer {
    /** Number of tokens; ids run from 0 to one less. */
    int vocabularySize();

    /** The token that begins a text, if the model has one. */
    OptionalInt beginOfText();

    /** The token that ends a text, if the model has one. */
    OptionalInt endOfText();

    /** True if a generated {@code id} means "stop": end of text, end of turn or end of message. */
    boolean isEndOfText(int id);

    /** True if {@link #encode} with {@code addSpecial} puts {@link #beginOfText()} first. */
    boolean addsBeginOfText();

    /** True if {@link #encode} with {@code addSpecial} puts {@link #endOfText()} last. */
    boolean addsEndOfText();

    /**
     * True if a space is put before a text (and after a user-defined token) when it is tokenized, so that a first word
     * looks like any other word. Whoever decodes from the begin of a text drops one leading space.
     */
    boolean addsSpacePrefix();

    /**
     * Splits text into token ids.
     *
     * <p>The text may hold any bytes. A byte that is not part of well-formed UTF-8 is a unit of its own and becomes the
     * token of that byte. Time grows as n log n with the length of the text, whatever it says.
     *
     * @param utf8 the text; read once, at the start
     * @param addSpecial whether to add the begin and end tokens that {@link #addsBeginOfText()} and
     *     {@link #addsEndOfText()} announce
     * @param arena gives the memory of the result and owns it; nothing else is allocated from it
     * @return the ids, int32 in native byte order; empty text without special tokens gives a segment of size 0
     * @throws IllegalArgumentException if the text is longer than 2<sup>30</sup> bytes
     * @throws dev.lockstep.securemem.SecureMemoryException if there is no memory; nothing is left behind then
     */
    MemorySegment encode(MemorySegment utf8, boolean addSpecial, SecureArena arena);

    /**
     * Splits a rendered template into token ids: text of which some parts are markup that the template's author wrote, and the
     * others text that somebody typed. The spelling of a control token becomes that token where all of it is markup, and is only text
     * everywhere else, also where it begins in one and ends in the other. Else as {@link #encode}: markup and text are not cut
     * apart, so the ids are those of the whole; only a user-defined token that begins in text ends before the next control token.
     *
     * @param utf8 markup and text; read once, at the start
     * @param textRanges begin and end of every range that is text, in bytes, ascending and not overlapping; all else is markup.
     *     Whoever leaves out a range lets its text make control tokens
     * @throws IllegalArgumentException if the ranges are not so, or the text is longer than 2<sup>30</sup> bytes
     */
    MemorySegment encodeMarked(MemorySegment utf8, long[] textRanges, boolean addSpecial, SecureArena arena);

    /**
     * Writes the bytes that a token stands for in running text. They need not be whole UTF-8 characters. Control and
     * unknown tokens stand for nothing.
     *
     * @param dst receives at most {@link #maxTokenBytes()} bytes
     * @param dstOffset where in {@code dst}, in bytes
     * @return the number of bytes written
     * @throws IllegalArgumentException if {@code id} is not in the vocabulary
     * @throws IndexOutOfBoundsException if {@code dst} is too small; it is unchanged then
     */
    int decode(int id, MemorySegment dst, long dstOffset);

    /** The most bytes that {@link #decode} writes for any token. */
    int maxTokenBytes();

    /**
     * The vocabulary's own spelling of a token, for people: {@code ▁the}, {@code Ġthe}, {@code <0x0A>}. It comes from
     * the model file and may hold any characters, so do not print it to a terminal unescaped.
     *
     * @throws IllegalArgumentException if {@code id} is not in the vocabulary
     */
    String piece(int id);
}
