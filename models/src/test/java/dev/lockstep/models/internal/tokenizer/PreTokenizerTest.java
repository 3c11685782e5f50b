package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PreTokenizerTest {
    /** Makes {@code \s} Unicode's White_Space. */
    private static final int WHITE_SPACE = Pattern.UNICODE_CHARACTER_CLASS;

    /** GPT-2's expression as its authors wrote it: the slow twin of the matcher. */
    private static final Pattern GPT2 = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            WHITE_SPACE);

    /** Llama 3's expression, likewise. */
    private static final Pattern LLAMA3 = Pattern.compile("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
            + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", WHITE_SPACE);

    private static List<String> split(PreTokenizer rule, String text) {
        byte[] utf8 = Texts.utf8(text);
        List<String> stretches = new ArrayList<>();
        try (var arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(utf8.length).copyFrom(MemorySegment.ofArray(utf8));
            for (int at = 0; at < utf8.length;) {
                int next = rule.next(memory, at, utf8.length);
                stretches.add(new String(memory.asSlice(at, next - at).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
                at = next;
            }
        }
        return stretches;
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
    void stretchesEqualThoseOfTheExpression() {
        int[] alphabet = "ab'stremvld09 \n\t!?éλЖ中文٣²Ⅷ\u00a0\u0085\u2028\u3000\u200b\u0301😀𝔸\u1680_Ǆʰ".codePoints()
                .toArray();
        var random = new SplittableRandom(0x5EEDL);
        for (int round = 0; round < 5000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            assertThat(split(PreTokenizer.GPT2, text.toString())).as("round %d", round)
                    .isEqualTo(GPT2.matcher(text).results().map(result -> result.group()).toList());
        }
    }

    @Test
    void singleDigitStretchesEqualThoseOfTheTwoExpressions() {
        int[] alphabet = "ab's 019\n \t!λ٣²\u00a0😀".codePoints().toArray();
        var random = new SplittableRandom(0xD161L);
        for (int round = 0; round < 5000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            assertThat(split(PreTokenizer.SINGLE_DIGITS, text.toString())).as("round %d", round)
                    .isEqualTo(twoExpressions(text.toString()));
        }
    }

    @Test
    void llama3StretchesEqualThoseOfTheExpression() {
        int[] alphabet = "ab'sStTrReEvVlL09 \n\r\t!?éЖ中٣²\u00a0\u0085\u2028\u3000\u0301😀".codePoints().toArray();
        Pattern qwen2 = Pattern.compile(LLAMA3.pattern().replace("{1,3}", ""), WHITE_SPACE);
        var random = new SplittableRandom(0x11A3A3L);
        for (int round = 0; round < 5000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            assertThat(split(PreTokenizer.LLAMA3, text.toString())).as("round %d", round)
                    .isEqualTo(LLAMA3.matcher(text).results().map(result -> result.group()).toList());
            assertThat(split(PreTokenizer.QWEN2, text.toString())).as("round %d", round)
                    .isEqualTo(qwen2.matcher(text).results().map(result -> result.group()).toList());
        }
    }

    private static List<String> twoExpressions(String text) {
        List<String> stretches = new ArrayList<>();
        Matcher parts = Pattern.compile("\\p{N}|\\P{N}+").matcher(text);
        while (parts.find()) {
            GPT2.matcher(parts.group()).results().forEach(result -> stretches.add(result.group()));
        }
        return stretches;
    }
}
