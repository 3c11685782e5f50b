package dev.lockstep.models.internal.tokenizer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The rules by which byte-level vocabularies cut text into stretches that merges never cross: a table from the names
 * that files use to the matcher that does it.
 */
enum PreTokenizer {
    GPT2(new Gpt2Splitter(false), false, "gpt-2"),
    SINGLE_DIGITS(new Gpt2Splitter(true), false, "starcoder", "refact", "smollm", "command-r"),
    LLAMA3(new Llama3Splitter(3), true, "llama-bpe", "llama3", "llama-v3"),
    DBRX(new Llama3Splitter(3), false, "dbrx"),
    QWEN2(new Llama3Splitter(1), false, "qwen2", "deepseek-r1-qwen");

    /** Cuts off one stretch at a time, reading every byte at most a few times. */
    interface Splitter {
        /** One past the last byte of the stretch that begins at {@code start}, which is less than {@code end}. */
        int next(MemorySegment text, int start, int end);
    }

    private final Splitter splitter;
    private final boolean wholeTokensFirst;
    private final String[] names;

    PreTokenizer(Splitter splitter, boolean wholeTokensFirst, String... names) {
        this.splitter = splitter;
        this.wholeTokensFirst = wholeTokensFirst;
        this.names = names;
    }

    /**
     * The rule that {@code tokenizer.ggml.pre} names; GPT-2's if it is missing.
     *
     * @throws dev.lockstep.loader.ModelFormatException if the name is unknown
     */
    static PreTokenizer of(Vocabulary v) {
        String name = v.text(Vocabulary.PRE).orElse(null);
        if (name == null) {
            return GPT2;
        }
        for (PreTokenizer rule : values()) {
            if (Arrays.asList(rule.names).contains(name)) {
                return rule;
            }
        }
        String supported = Arrays.stream(values()).flatMap(rule -> Arrays.stream(rule.names))
                .collect(Collectors.joining(", "));
        throw v.fault(Vocabulary.PRE,
                "pre-tokenizer " + Vocabulary.quoted(name) + " is not supported; supported are " + supported);
    }

    /** @see Splitter#next */
    int next(MemorySegment text, int start, int end) {
        return splitter.next(text, start, end);
    }

    /** Whether a stretch that is a token is that token, even if merges would spell it otherwise (ignore_merges). */
    boolean takesWholeTokensFirst() {
        return wholeTokensFirst;
    }

    /** Whether texts begin with the begin token where metadata is silent, as in llama.cpp. */
    boolean usuallyAddsBegin() {
        return this == LLAMA3;
    }

    /** Bytes of the English contraction ('s 't 'm 'd 're 've 'll) that begins at {@code at}, or 0. */
    static int contraction(MemorySegment text, int at, int end, boolean anyCase) {
        if (PieceTokenizer.byteAt(text, at) != '\'') {
            return 0;
        }
        int second = at + 2 < end ? letter(text, at + 2, anyCase) : 0;
        return switch (at + 1 < end ? letter(text, at + 1, anyCase) : 0) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> second == 'e' ? 3 : 0;
            case 'l' -> second == 'l' ? 3 : 0;
            default -> 0;
        };
    }

    private static int letter(MemorySegment text, int at, boolean anyCase) {
        int value = PieceTokenizer.byteAt(text, at);
        return anyCase && value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
    }
}
