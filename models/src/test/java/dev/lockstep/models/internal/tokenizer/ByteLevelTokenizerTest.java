package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.models.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ByteLevelTokenizerTest {
    @Test
    void theFirstMergeInTheListIsAppliedFirst() {
        assertThat(VocabularyBuilder.byteLevel().merge("b c").merge("a b").split("abc")).containsExactly("a", "bc");
        assertThat(VocabularyBuilder.byteLevel().merge("a b").merge("b c").split("abc")).containsExactly("ab", "c");
    }

    @Test
    void oneMergeIsAppliedFromTheLeft() {
        assertThat(VocabularyBuilder.byteLevel().merge("a a").split("aaaaa")).containsExactly("aa", "aa", "a");
    }

    @Test
    void mergedTokensAreMergedFurther() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a b").merge("Ġ ab").merge("Ġab ab");
        assertThat(vocabulary.split("ab abab")).containsExactly("ab", "Ġabab");
    }

    @Test
    void mergesNeverCrossStretches() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a 1").merge("a Ġ").merge("! a");
        assertThat(vocabulary.split("a1 a!a a")).containsExactly("a", "1", "Ġ", "a", "!", "a", "Ġ", "a");
    }

    @Test
    void aTokenThatNoMergeMakesIsNotUsed() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("x y").token("ab", VocabularyBuilder.NORMAL);
        assertThat(vocabulary.split("ab")).containsExactly("a", "b");
    }

    @Test
    void aStretchThatIsATokenIsThatTokenIfTheRuleSaysSo() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a b").token("Ġabc", VocabularyBuilder.NORMAL)
                .token("<|b|>", VocabularyBuilder.CONTROL).token("中", VocabularyBuilder.NORMAL);
        vocabulary.bosId = vocabulary.id("<|b|>");
        assertThat(vocabulary.split("ab abc")).containsExactly("ab", "Ġ", "ab", "c");
        vocabulary.pre = "llama-bpe";
        assertThat(vocabulary.split("ab abc abcd")).containsExactly("ab", "Ġabc", "Ġ", "ab", "c", "d");
        assertThat(vocabulary.split("<|b|>")).containsExactly("<", "|", "b", "|", ">");
        assertThat(vocabulary.split("中")).hasSize(3);
        assertThat(vocabulary.tokenizer().addsBeginOfText()).isTrue();
    }

    @Test
    void ofAPairListedTwiceTheBetterRankCounts() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a b").merge("b c");
        vocabulary.merges.add("a b");
        assertThat(vocabulary.split("abc")).containsExactly("ab", "c");
    }

    @Test
    void bytesAreSpelledAsVisibleCharacters() {
        assertThat(VocabularyBuilder.byteLevel().merge("x y").split("a\n \u007f\u00ad"))
                .containsExactly("a", "Ċ", "Ġ", "ġ", "Â", "Ń");
    }

    @Test
    void nothingIsAddedUnlessMetadataAsksForIt() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a b").token("<|end|>", VocabularyBuilder.CONTROL);
        vocabulary.bosId = vocabulary.id("<|end|>");
        vocabulary.eosId = vocabulary.id("<|end|>");
        byte[] text = Texts.utf8("ab");
        assertThat(Texts.encode(vocabulary.tokenizer(), text, true)).containsExactly(vocabulary.id("ab"));
        vocabulary.addBos = true;
        vocabulary.addEos = true;
        assertThat(Texts.encode(vocabulary.tokenizer(), text, true)).containsExactly(257, 256, 257);
        assertThat(Texts.encode(vocabulary.tokenizer(), text, false)).containsExactly(256);
    }

    @Test
    void controlTextStaysTextAndUserDefinedTextIsMatched() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a b").token("<|end|>", VocabularyBuilder.CONTROL)
                .token("<user>", VocabularyBuilder.USER_DEFINED).token(" ".repeat(4), VocabularyBuilder.USER_DEFINED);
        assertThat(vocabulary.split("<|end|>")).hasSize(7).doesNotContain("<|end|>");
        assertThat(vocabulary.split("ab<user>ab")).containsExactly("ab", "<user>", "ab");
        assertThat(vocabulary.split("     a")).containsExactly("    ", "Ġ", "a");
        assertThat(Texts.decode(vocabulary.tokenizer(), vocabulary.id("    "))).isEqualTo(Texts.utf8("    "));
    }

    @Test
    void aByteWithoutATokenBecomesTheReplacementCharacter() {
        var vocabulary = VocabularyBuilder.byteLevel().merge("a b").token("<|end|>", VocabularyBuilder.CONTROL);
        vocabulary.tokens.set(0xF1, "unrelated");
        vocabulary.unkId = vocabulary.id("<|end|>");
        Tokenizer tokenizer = vocabulary.tokenizer();
        int[] ids = Texts.encode(tokenizer, new byte[] {'a', (byte) 0xF1, 'b'}, false);
        assertThat(Texts.decode(tokenizer, ids)).isEqualTo(Texts.utf8("a\uFFFDb"));
    }

    @Test
    void anyBytesComeBackAsTheyWere() {
        var vocabulary = VocabularyBuilder.byteLevel();
        for (String line : new String[] {"Ġ t", "h e", "Ġt he", "Ã ©", "ð Ł", "ðŁ ĺ", "ðŁĺ Ģ", "Ċ Ċ", "1 2"}) {
            vocabulary.merge(line);
        }
        for (String pre : new String[] {"gpt-2", "starcoder", "llama-bpe", "qwen2"}) {
            vocabulary.pre = pre;
            Tokenizer tokenizer = vocabulary.tokenizer();
            var random = new SplittableRandom(0x10C57E9L);
            for (int round = 0; round < 300; round++) {
                byte[] text = randomText(random);
                assertThat(Texts.decode(tokenizer, Texts.encode(tokenizer, text, false))).as("round %d", round)
                        .isEqualTo(text);
            }
        }
    }

    /** Fragments of text and single random bytes, mixed. */
    private static byte[] randomText(SplittableRandom random) {
        String[] fragments = {" the", "é", "😀", "\n\n", "12", "'ll", "  ", "\u00a0", "中文", "٣", "x", "\u2028"};
        var text = new ByteArrayOutputStream();
        for (int i = random.nextInt(40); i > 0; i--) {
            if (random.nextInt(4) == 0) {
                text.write(random.nextInt(256));
            } else {
                text.writeBytes(Texts.utf8(fragments[random.nextInt(fragments.length)]));
            }
        }
        return text.toByteArray();
    }

    @Test
    @Timeout(60)
    void aMebibyteOfOneLetterTakesAboutNLogN() {
        var vocabulary = VocabularyBuilder.byteLevel();
        for (int length = 1; length <= 32; length *= 2) {
            vocabulary.merge("a".repeat(length) + " " + "a".repeat(length));
        }
        int[] ids = Texts.encode(vocabulary.tokenizer(), "a".repeat(1 << 20));
        assertThat(ids).hasSize((1 << 20) / 64).containsOnly(vocabulary.id("a".repeat(64)));
    }

    @Test
    @Timeout(60)
    void aMebibyteOfBlanksIsOneStretch() {
        assertThat(Texts.encode(VocabularyBuilder.byteLevel().merge("Ġ Ġ").tokenizer(), " ".repeat(1 << 20)))
                .hasSize(1 << 19);
    }
}
