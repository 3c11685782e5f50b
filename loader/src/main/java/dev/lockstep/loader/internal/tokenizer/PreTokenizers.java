package dev.lockstep.loader.internal.tokenizer;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How byte-level vocabularies cut text before they merge: from the components of a {@code tokenizer.json} to GGUF's name for the
 * rule. Expressions are compared as text, and only as text; two spellings of one rule are two rows.
 */
final class PreTokenizers {
    private static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String ENGLISH = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String BLANKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SYMBOLS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|";
    private static final String WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String LLAMA3 = ENGLISH + '|' + WORD + "\\p{N}{1,3}|" + SYMBOLS + BLANKS;
    private static final String QWEN2 = ENGLISH + '|' + WORD + "\\p{N}|" + SYMBOLS + BLANKS;
    private static final String QWEN35 = ENGLISH + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" + BLANKS;
    private static final String SEED_CODER = ENGLISH + '|' + WORD + "\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" + BLANKS;
    private static final String BAILING = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|"
            + "\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
    private static final String CL100K = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|"
            + "\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String ANY = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String PATHS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|";
    private static final String TEKKEN = ANY + UPPER + '*' + LOWER + "+|" + ANY + UPPER + '+' + LOWER + "*|\\p{N}|" + PATHS + BLANKS;
    private static final String GPT4O = ANY + UPPER + '*' + LOWER + '+' + ENGLISH + "?|" + ANY + UPPER + '+' + LOWER + '*' + ENGLISH
            + "?|\\p{N}{1,3}|" + PATHS + BLANKS;
    private static final String BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+";
    private static final String CJK = "[一-龥ࠀ-一가-퟿]+";
    private static final String DEEPSEEK_V3 = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
            + " ?[\\p{P}\\p{S}]+[\\r\\n]*|" + BLANKS;

    private static final String DIGITS = "Digits one by one";
    private static final String DIGIT_RUNS = "Digits";
    private static final String PUNCTUATION_RUNS = "Punctuation";

    /** Every text is all matches of these, so that what lies between matches does not matter. */
    private static final Set<String> EXHAUSTIVE = Set.of(GPT2, LLAMA3, QWEN2, QWEN35, SEED_CODER, BAILING, CL100K, TEKKEN, GPT4O);

    /**
     * GGUF's name of a rule.
     *
     * @param name {@code tokenizer.ggml.pre}
     * @param ignoresMerges whether that name means that a word which is a token is that token, whatever the merges say
     */
    record Rule(String name, boolean ignoresMerges) { }

    /** From the steps of a rule to its names; where there are two, the second ignores merges. */
    private static final Map<List<String>, List<Rule>> RULES = new LinkedHashMap<>();

    static {
        rule("gpt-2", GPT2);
        rule("gpt-2", "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
        rule("starcoder", DIGITS, GPT2);
        rule("dbrx", LLAMA3);
        ignoring("llama-bpe", LLAMA3);
        rule("dbrx", CL100K);
        ignoring("llama-bpe", CL100K);
        rule("qwen2", QWEN2);
        rule("qwen35", QWEN35);
        ignoring("minicpm5", "\\p{N}{1,3}", ENGLISH + '|' + WORD + "\\p{N}+|" + SYMBOLS + BLANKS);
        rule("seed-coder", SEED_CODER);
        rule("bailingmoe", BAILING);
        ignoring("tekken", TEKKEN);
        rule("gpt-4o", GPT4O);
        rule("bloom", BLOOM);
        rule("poro-chat", " ?[^(\\s|.,!?…。，、।۔،)]+");
        rule("viking", " ?[^(\\s|[.,!?…。，、।۔،])]+", DIGITS);
        rule("falcon", PUNCTUATION_RUNS, GPT2, DIGIT_RUNS, "[0-9][0-9][0-9]");
        rule("deepseek-coder", "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", CJK, DIGITS);
        rule("deepseek-v3", "\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK_V3);
    }

    private PreTokenizers() { }

    private static void rule(String name, String... steps) {
        RULES.computeIfAbsent(List.of(steps), key -> new ArrayList<>()).add(new Rule(name, false));
    }

    private static void ignoring(String name, String... steps) {
        RULES.computeIfAbsent(List.of(steps), key -> new ArrayList<>()).add(new Rule(name, true));
    }

    /**
     * The rule of a byte-level vocabulary.
     *
     * @param components those of {@code pre_tokenizer}, one after the other
     * @param ignoresMerges what the model says; a name that agrees is preferred
     */
    static Rule byteLevel(List<StrictJson> components, boolean ignoresMerges) {
        List<String> steps = new ArrayList<>();
        boolean toBytes = false;
        for (StrictJson component : components) {
            toBytes |= addStep(component, steps);
        }
        StrictJson last = components.getLast();
        if (!toBytes) {
            throw last.fault("makes no bytes of the text: ByteLevel is missing");
        }
        List<Rule> rules = RULES.get(steps);
        if (rules == null) {
            throw last.fault("ends a rule that is not supported: " + String.join(", then ", steps));
        }
        return rules.stream().filter(rule -> rule.ignoresMerges() == ignoresMerges).findFirst().orElse(rules.getFirst());
    }

    /** Adds what a component cuts; returns whether it turns the text into bytes. */
    private static boolean addStep(StrictJson component, List<String> steps) {
        switch (component.text("type")) {
            case "Split" -> steps.add(expression(component));
            case "Digits" -> steps.add(Components.flag(component, "individual_digits", false) ? DIGITS : DIGIT_RUNS);
            case "Punctuation" -> {
                component.require("behavior", "Contiguous");
                steps.add(PUNCTUATION_RUNS);
            }
            case "ByteLevel" -> {
                Components.requireFlag(component, "add_prefix_space", false);
                if (Components.flag(component, "use_regex", true)) {
                    steps.add(GPT2);
                }
                return true;
            }
            default -> throw Components.unsupported(component, "Split, Digits, Punctuation and ByteLevel");
        }
        return false;
    }

    /** The expression of a Split, with line breaks spelled out. */
    private static String expression(StrictJson split) {
        String expression = split.object("pattern").text("Regex").replace("\r", "\\r").replace("\n", "\\n");
        boolean inverted = Components.flag(split, "invert", false);
        String behavior = split.text("behavior");
        boolean isolated = behavior.equals("Isolated") && !inverted;
        if (!isolated && !(behavior.equals("Removed") && inverted && EXHAUSTIVE.contains(expression))) {
            throw split.fault("has behavior \"" + behavior + "\", invert " + inverted + "; \"Isolated\" and false are supported");
        }
        return expression;
    }
}
