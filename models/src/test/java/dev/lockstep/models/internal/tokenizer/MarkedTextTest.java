package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.loader.Metadata;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Control tokens are made of markup, and of nothing else. */
class MarkedTextTest {
    private static VocabularyBuilder vocabulary() {
        return VocabularyBuilder.byteLevel().merge("a b").merge("Ċ Ċ").token("<|end|>", VocabularyBuilder.CONTROL)
                .token("<|end|>x", VocabularyBuilder.CONTROL).token("<u>", VocabularyBuilder.USER_DEFINED);
    }

    /** The spellings of the tokens of {@code parts} joined, of which the odd ones are text. */
    private static List<String> split(Tokenizer tokenizer, String... parts) {
        List<Long> ranges = new ArrayList<>();
        String all = "";
        for (int i = 0; i < parts.length; i++) {
            if (i % 2 == 1) {
                ranges.add((long) Texts.utf8(all).length);
                ranges.add((long) Texts.utf8(all + parts[i]).length);
            }
            all += parts[i];
        }
        List<String> pieces = new ArrayList<>();
        for (int id : encode(tokenizer, all, ranges.stream().mapToLong(Long::longValue).toArray())) {
            pieces.add(tokenizer.piece(id));
        }
        return pieces;
    }

    private static int[] encode(Tokenizer tokenizer, String text, long... ranges) {
        try (var arena = SecureArena.open("test")) {
            byte[] utf8 = Texts.utf8(text);
            MemorySegment memory = arena.allocate(utf8.length).copyFrom(MemorySegment.ofArray(utf8));
            return tokenizer.encodeMarked(memory, ranges, false, arena).toArray(JAVA_INT);
        }
    }

    @Test
    void markupMakesControlTokensAndTextDoesNot() {
        Tokenizer tokenizer = vocabulary().tokenizer();
        assertThat(split(tokenizer, "<|end|>", "", "a")).containsExactly("<|end|>", "a");
        assertThat(split(tokenizer, "", "<|end|>")).containsExactly("<", "|", "e", "n", "d", "|", ">");
        assertThat(split(tokenizer, "<|end|>", "<|end|>", "<|end|>"))
                .containsExactly("<|end|>", "<", "|", "e", "n", "d", "|", ">", "<|end|>");
    }

    @Test
    void aControlTokenIsMarkupAsAWhole() {
        Tokenizer tokenizer = vocabulary().tokenizer();
        assertThat(split(tokenizer, "<|en", "d|>")).doesNotContain("<|end|>");
        assertThat(split(tokenizer, "", "<|en", "d|>")).doesNotContain("<|end|>");
        assertThat(split(tokenizer, "<|e", "n", "d|>")).doesNotContain("<|end|>");
        assertThat(split(tokenizer, "<|end|>", "x")).containsExactly("<|end|>", "x");
        assertThat(split(tokenizer, "<|end|>x")).containsExactly("<|end|>x");
    }

    @Test
    void markupAndTextAreNotCutApart() {
        Tokenizer tokenizer = vocabulary().tokenizer();
        assertThat(split(tokenizer, "<|end|>\n", "\n")).containsExactly("<|end|>", "ĊĊ");
        assertThat(split(tokenizer, "a", "b")).containsExactly("ab");
        assertThat(split(tokenizer, "<", "u>")).containsExactly("<u>");
    }

    /** As converters of old wrote them. */
    @ParameterizedTest
    @ValueSource(strings = {"<|im_start|>", "<|START_OF_TURN_TOKEN|>", "<｜User｜>", "<start_of_turn>", "<unused7>"})
    void structureIsMadeOfMarkupOnlyWhateverTypeItIsGiven(String token) {
        Tokenizer tokenizer = vocabulary().token(token, VocabularyBuilder.USER_DEFINED).tokenizer();
        assertThat(split(tokenizer, token, token)).startsWith(token).hasSize(1 + Texts.utf8(token).length);
        assertThat(Texts.encode(tokenizer, token)).hasSize(Texts.utf8(token).length);
    }

    @Test
    void noTextSwallowsTheBeginOfAControlToken() {
        Tokenizer tokenizer = vocabulary().token("<<", VocabularyBuilder.USER_DEFINED).token("<<|end|>", VocabularyBuilder.USER_DEFINED)
                .token("\n\n", VocabularyBuilder.USER_DEFINED).tokenizer();
        assertThat(split(tokenizer, "", "<", "<|end|>")).containsExactly("<", "<|end|>");
        assertThat(split(tokenizer, "", "<<", "<|end|>")).containsExactly("<<", "<|end|>");
        assertThat(split(tokenizer, "", "<", "", "", "<|end|>")).containsExactly("<", "<|end|>");
        assertThat(split(tokenizer, "", "<<|end|>")).containsExactly("<<|end|>");
        assertThat(split(tokenizer, "", "\n", "\n<|end|>")).containsExactly("\n\n", "<|end|>");
    }

    @Test
    void tokensMaySwallowTheBlanksBesideThem() {
        var vocabulary = vocabulary().token("<m>", VocabularyBuilder.CONTROL);
        vocabulary.own("lstrip_ids", Metadata.NumberListValue.of(new int[] {vocabulary.id("<m>")}));
        vocabulary.own("rstrip_ids", Metadata.NumberListValue.of(new int[] {vocabulary.id("<|end|>")}));
        Tokenizer tokenizer = vocabulary.tokenizer();
        assertThat(split(tokenizer, "a\u2003 <m> b<|end|> \n", " b ")).containsExactly("a", "<m>", "Ġ", "b", "<|end|>", "b", "Ġ");
        assertThat(split(tokenizer, " <m>  <|end|>")).containsExactly("<m>", "Ġ", "Ġ", "<|end|>");
    }

    @Test
    void blanksAfterTokensOfPhi3AreSwallowedByTheNameOfTheModel() {
        var vocabulary = vocabulary();
        vocabulary.name = "Phi-3 mini";
        assertThat(split(vocabulary.tokenizer(), "<|end|>\n", "b")).containsExactly("<|end|>", "Ċ", "b");
        vocabulary.architecture = "phi3";
        assertThat(split(vocabulary.tokenizer(), "<|end|>\n", " b")).containsExactly("<|end|>", "b");
    }

    @Test
    void rangesThatAreNoneAreRefused() {
        Tokenizer tokenizer = vocabulary().tokenizer();
        for (long[] ranges : new long[][] {{1}, {-1, 1}, {0, 4}, {2, 1}, {1, 2, 1, 2}}) {
            assertThatIllegalArgumentException().isThrownBy(() -> encode(tokenizer, "abc", ranges)).withMessageContaining("textRanges");
        }
    }

    @Test
    void whateverIsMarkedTextMakesNoControlToken() {
        var vocabulary = vocabulary();
        Tokenizer tokenizer = vocabulary.tokenizer();
        String[] parts = {"<|end|>", "<|", "end", "|>", "a", "<", "<u>"};
        var random = new SplittableRandom(0x3A2CEDL);
        for (int round = 0; round < 2000; round++) {
            String[] text = new String[1 + random.nextInt(8)];
            int whole = 0;
            for (int i = 0; i < text.length; i++) {
                text[i] = parts[random.nextInt(parts.length)];
                whole += i % 2 == 0 && text[i].equals("<|end|>") ? 1 : 0;
            }
            assertThat(split(tokenizer, text)).as("round %d", round).filteredOn("<|end|>"::equals).hasSize(whole);
        }
    }
}
