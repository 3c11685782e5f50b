package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The matchers against the expressions that their authors wrote, which are the slow twins. */
class PreTokenizerTest {
    private static final String ENGLISH = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String BLANKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA3 = words("\\p{N}{1,3}");
    private static final String QWEN2 = words("\\p{N}");
    private static final String UPPER = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String PATHS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + BLANKS;
    private static final String SENTENCES = " ?[^(\\s|.,!?…。，、।۔،)]+";

    private static String words(String digits) {
        return ENGLISH + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + BLANKS;
    }

    /** Each step's expression. */
    private static List<String> expressions(PreTokenizer rule) {
        return switch (rule) {
            case GPT2 -> List.of(GPT2);
            case DEFAULT -> List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
            case FALCON -> List.of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
            case SINGLE_DIGITS -> List.of("\\p{N}", GPT2);
            case LLAMA3, DBRX -> List.of(LLAMA3);
            case QWEN2 -> List.of(QWEN2);
            case QWEN35 -> List.of(ENGLISH + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" + BLANKS);
            case UFAKZEKA -> List.of(QWEN2.substring(ENGLISH.length() + 1));
            case SEED_CODER -> List.of(ENGLISH + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" + BLANKS);
            case MINICPM5 -> List.of("\\p{N}{1,3}", words("\\p{N}+"));
            case LAGUNA -> List.of("[^\\n]+|[\\n]+", QWEN2);
            case TEKKEN -> List.of(UPPER + "*" + LOWER + "+|" + UPPER + "+" + LOWER + "*|\\p{N}" + PATHS);
            case GPT4O -> List.of(UPPER + "*" + LOWER + "+" + ENGLISH + "?|" + UPPER + "+" + LOWER + "*" + ENGLISH + "?|\\p{N}{1,3}" + PATHS);
            case BLOOM -> List.of(SENTENCES);
            case VIKING -> List.of(SENTENCES, "\\p{N}");
            case DEEPSEEK_CODER -> List.of("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+", "\\p{N}");
            case DEEPSEEK3 -> List.of("\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
                    + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|" + BLANKS);
        };
    }

    private static List<String> split(PreTokenizer rule, String text) {
        byte[] utf8 = Texts.utf8(text);
        List<String> stretches = new ArrayList<>();
        try (var arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(utf8.length).copyFrom(MemorySegment.ofArray(utf8));
            var cursor = new SplitCursor(rule.steps());
            cursor.begin(memory, 0, utf8.length);
            for (int at = 0; at < utf8.length;) {
                int next = cursor.next(at);
                stretches.add(new String(memory.asSlice(at, next - at).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
                at = next;
            }
        }
        return stretches;
    }

    /** Matches and what lies between them, step by step. */
    private static List<String> split(List<Pattern> steps, String text) {
        List<String> stretches = List.of(text);
        for (Pattern step : steps) {
            List<String> finer = new ArrayList<>();
            for (String stretch : stretches) {
                int at = 0;
                for (MatchResult match : step.matcher(stretch).results().toList()) {
                    addUnlessEmpty(finer, stretch.substring(at, match.start()));
                    addUnlessEmpty(finer, match.group());
                    at = match.end();
                }
                addUnlessEmpty(finer, stretch.substring(at));
            }
            stretches = finer;
        }
        return stretches;
    }

    private static void addUnlessEmpty(List<String> stretches, String stretch) {
        if (!stretch.isEmpty()) {
            stretches.add(stretch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void stretchesEqualThoseOfTheExpressions(PreTokenizer rule) {
        // UNICODE_CHARACTER_CLASS makes \s Unicode's White_Space
        List<Pattern> steps = expressions(rule).stream().map(step -> Pattern.compile(step, Pattern.UNICODE_CHARACTER_CLASS)).toList();
        int[] alphabet = ("aAbB'sStTrReEvVlLmMdD0129 \n\r\t!?/.$+|`_(éÉλЖж中文かカ한ด٣²Ⅷ\u00a0\u0085\u2028\u3000\u200b\u0301\u0915\u093f"
                + "\u0000😀𝔸𝒶\u1680Ǆǅʰ…。，、।").codePoints().toArray();
        var random = new SplittableRandom(0x5EEDL);
        for (int round = 0; round < 1500; round++) {
            var text = new StringBuilder();
            // runs of one character are what quantifiers are about
            for (int i = random.nextInt(14); i >= 0; i--) {
                int c = round % 8 == 0 ? anyCharacter(random) : alphabet[random.nextInt(alphabet.length)];
                text.repeat(c, 1 + random.nextInt(4) * random.nextInt(2));
            }
            assertThat(split(rule, text.toString())).as("round %d", round).isEqualTo(split(steps, text.toString()));
        }
    }

    private static int anyCharacter(SplittableRandom random) {
        int c;
        do {
            c = random.nextInt(random.nextBoolean() ? 0x3000 : 0x20000);
        } while (Character.getType(c) == Character.SURROGATE);
        return c;
    }

    @Test
    void aBlankGoesWithTheWordAfterIt() {
        assertThat(split(PreTokenizer.GPT2, "ab  cd 12 ?!x")).containsExactly("ab", " ", " cd", " 12", " ?!", "x");
        assertThat(split(PreTokenizer.GPT2, "a\n\nb \n")).containsExactly("a", "\n", "\n", "b", " \n");
        assertThat(split(PreTokenizer.GPT2, "   ")).containsExactly("   ");
    }

    @Test
    void contractionsAreSplitInLowerCaseOnly() {
        assertThat(split(PreTokenizer.GPT2, "don't we'll I'M '")).containsExactly("don", "'t", " we", "'ll", " I", "'",
                "M", " '");
        assertThat(split(PreTokenizer.GPT2, "'l'r'ev")).containsExactly("'", "l", "'", "r", "'", "ev");
    }

    @Test
    void singleDigitsAreCutOutBeforeAnythingElse() {
        assertThat(split(PreTokenizer.SINGLE_DIGITS, "a12 3  4 b  c½")).containsExactly("a", "1", "2", " ", "3", "  ",
                "4", " b", " ", " c", "½");
    }

    @Test
    void wordsOfMixedCaseEndBeforeTheirCapitals() {
        assertThat(split(PreTokenizer.TEKKEN, "HTTPServer fooBar's")).containsExactly("HTTPServer", " foo", "Bar", "'s");
        assertThat(split(PreTokenizer.GPT4O, "fooBar's ÉCOLE a/b/")).containsExactly("foo", "Bar's", " ÉCOLE", " a", "/b", "/");
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void longTextsOfWhatRulesLookBackForTakeLinearTime(PreTokenizer rule) {
        for (String part : List.of(" ", "A", "\u0301A", "'", "12", " \n ", "!\r", "\u0000", "中 ")) {
            String text = part.repeat((1 << 15) / part.length());
            assertThat(split(rule, text).stream().mapToInt(String::length).sum()).isEqualTo(text.length());
        }
    }
}
