package dev.lockstep.models.internal.tokenizer;

import dev.lockstep.models.internal.tokenizer.WordSplitter.Contractions;
import dev.lockstep.models.internal.tokenizer.WordSplitter.Tail;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * The rules by which byte-level vocabularies cut text into stretches that merges never cross: a table from the names that files use,
 * which are llama.cpp's
 * (<a href="https://github.com/ggml-org/llama.cpp/blob/00ad355e009e83abf98f96a6ded7193b95763681/src/llama-vocab.cpp">llama-vocab.cpp</a>),
 * to steps that do it, one after the other. Where llama.cpp approximates the expression of a {@code tokenizer.json} (tekken, gpt-4o), the
 * expression counts.
 */
enum PreTokenizer {
    GPT2(List.of(new Gpt2Splitter()), "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4", "gigachat",
            "a.x-4.0", "mellum", "modern-bert", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de"),
    /** What llama.cpp takes where a file names none, too. */
    DEFAULT(List.of(RunSplitter.of(PreTokenizer::isDefaultPunctuation), new Gpt2Splitter(), Runs.NUMBERS, Runs.THREE_DIGITS), "default"),
    FALCON(List.of(RunSplitter.of(c -> isDefaultPunctuation(c) || c == '`'), new Gpt2Splitter(), Runs.THREE_DIGITS), "falcon"),
    SINGLE_DIGITS(List.of(Runs.NUMBER, new Gpt2Splitter()), "starcoder", "refact", "smollm", "command-r", "codeshell", "exaone", "minerva-7b",
            "mellum2"),
    LLAMA3(List.of(words(3)), "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"),
    DBRX(List.of(words(3)), "dbrx", "smaug-bpe", "chatglm-bpe", "glm4"),
    QWEN2(List.of(words(1)), "qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan", "solar-open", "kormo", "f2llmv2", "grok-2",
            "bailingmoe", "bailingmoe2", "llada-moe"),
    QWEN35(List.of(new WordSplitter(Contractions.FIRST, CharClass.LETTER | CharClass.MARK, false, 1, Tail.LINE_BREAKS)), "qwen35"),
    UFAKZEKA(List.of(new WordSplitter(Contractions.NONE, CharClass.LETTER, false, 1, Tail.LINE_BREAKS)), "ufakzeka"),
    SEED_CODER(List.of(new WordSplitter(Contractions.FIRST, CharClass.LETTER, false, 1, Tail.NONE)), "seed-coder"),
    MINICPM5(List.of(RunSplitter.of(Runs::isNumber, 1, 3), words(Integer.MAX_VALUE)), "minicpm5"),
    LAGUNA(List.of(RunSplitter.of(c -> c == '\n'), words(1)), "laguna"),
    TEKKEN(List.of(new WordSplitter(Contractions.NONE, CharClass.LETTER, true, 1, Tail.LINE_BREAKS_AND_SLASHES)), "tekken"),
    GPT4O(List.of(new WordSplitter(Contractions.SUFFIX, CharClass.LETTER, true, 3, Tail.LINE_BREAKS_AND_SLASHES)), "gpt-4o", "llama4",
            "kanana2", "minimax-m2", "talkie"),
    BLOOM(List.of(Runs.SENTENCES), "bloom", "poro-chat", "gpt3-finnish"),
    VIKING(List.of(Runs.SENTENCES, Runs.NUMBER), "viking"),
    DEEPSEEK_CODER(List.of(Runs.LINE_BREAKS, Runs.afterBlank(kind(CharClass.LETTER)), Runs.afterBlank(kind(CharClass.PUNCTUATION)),
            RunSplitter.of(PreTokenizer::isEastAsian), Runs.NUMBER), "deepseek-coder"),
    DEEPSEEK3(List.of(RunSplitter.of(Runs::isNumber, 1, 3), RunSplitter.of(c -> c >= 0x4E00 && c <= 0x9FA5 || c >= 0x3040 && c <= 0x30FF),
            new DeepSeekSplitter()), "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4");

    private final List<Splitter> steps;
    private final String[] names;

    PreTokenizer(List<Splitter> steps, String... names) {
        this.steps = steps;
        this.names = names;
    }

    private static Splitter words(int maxDigits) {
        return new WordSplitter(Contractions.FIRST, CharClass.LETTER, false, maxDigits, Tail.LINE_BREAKS);
    }

    /** Runs that more than one rule cuts out. */
    private static final class Runs {
        static final Splitter NUMBER = RunSplitter.of(Runs::isNumber, 1, 1);
        static final Splitter NUMBERS = RunSplitter.of(Runs::isNumber);
        static final Splitter THREE_DIGITS = RunSplitter.of(c -> c >= '0' && c <= '9', 3, 3);
        static final Splitter LINE_BREAKS = RunSplitter.of(c -> c == '\r' || c == '\n', 1, 1);

        /** {@code  ?[^(\s|.,!?…。，、।۔،)]+}, in the order of the expression. */
        static final Splitter SENTENCES = new RunSplitter(c -> c == ' ', c -> "(|.,!?…。，、।۔،)".indexOf(c) < 0 && !isBlank(c), 1,
                Integer.MAX_VALUE);

        /** {@code \s?[…]+}. */
        static Splitter afterBlank(IntPredicate members) {
            return new RunSplitter(Runs::isBlank, members, 1, Integer.MAX_VALUE);
        }

        static boolean isNumber(int c) {
            return CharClass.of(c) == CharClass.NUMBER;
        }

        static boolean isBlank(int c) {
            return CharClass.of(c) == CharClass.BLANK;
        }
    }

    private static IntPredicate kind(int kinds) {
        return c -> (CharClass.of(c) & kinds) != 0;
    }

    /** {@code [\p{P}\$\+<=>\^~\|]}. */
    private static boolean isDefaultPunctuation(int c) {
        return CharClass.of(c) == CharClass.PUNCTUATION || "$+<=>^~|".indexOf(c) >= 0;
    }

    /** {@code [一-龥ࠀ-一가-퟿]}. */
    private static boolean isEastAsian(int c) {
        return c >= 0x0800 && c <= 0x9FA5 || c >= 0xAC00 && c <= 0xD7FF;
    }

    /**
     * The rule that {@code tokenizer.ggml.pre} names.
     *
     * @throws dev.lockstep.loader.ModelFormatException if the name is unknown
     */
    static PreTokenizer of(Vocabulary v) {
        String name = v.text(Vocabulary.PRE).orElse("default");
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

    /** What it does, one after the other. */
    List<Splitter> steps() {
        return steps;
    }

    /** Whether a stretch that is a token is that token, even if merges would spell it otherwise (ignore_merges). */
    boolean takesWholeTokensFirst() {
        return this == LLAMA3 || this == TEKKEN || this == MINICPM5;
    }

    /** Whether texts begin with the begin token where metadata is silent, as in llama.cpp. */
    boolean usuallyAddsBegin() {
        return this == LLAMA3 || this == TEKKEN;
    }
}
