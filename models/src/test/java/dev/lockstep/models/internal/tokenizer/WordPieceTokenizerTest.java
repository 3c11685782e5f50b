package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WordPieceTokenizerTest {
    private static final int UNKNOWN = 1;

    private static VocabularyBuilder words(String... pieces) {
        var vocabulary = VocabularyBuilder.wordPiece();
        for (String piece : pieces) {
            vocabulary.token(piece, VocabularyBuilder.NORMAL);
        }
        return vocabulary;
    }

    @Test
    void aWordIsItsLongestPieceAndThenTheLongestOfTheRest() {
        var vocabulary = words("▁un", "▁unaff", "▁a", "aff", "able", "a", "b");
        assertThat(vocabulary.split("unaffable unab a")).containsExactly("▁unaff", "able", "▁un", "a", "b", "▁a");
    }

    @Test
    void aWordWithARestThatNoPieceFitsIsUnknownAsAWhole() {
        var vocabulary = words("▁un", "able", "▁x");
        assertThat(vocabulary.split("unable unablex x")).containsExactly("▁un", "able", "[UNK]", "▁x");
    }

    @Test
    void piecesThatContinueAWordBeginNoneAndTheOtherWayRound() {
        assertThat(words("▁a", "b").split("b ab aa")).containsExactly("[UNK]", "▁a", "b", "[UNK]");
        assertThat(words("▁a", "▁b").split("a▁b")).containsExactly("[UNK]");
    }

    @Test
    void charactersAreCleanedAndFolded() {
        var vocabulary = words("▁cafe", "▁a", "b", "▁naive");
        assertThat(vocabulary.split("CAFÉ\u00A0café cafe\u0301 A\u200BB\u0000 na\u0308ïve"))
                .containsExactly("▁cafe", "▁cafe", "▁cafe", "▁a", "b", "▁naive");
        assertThat(vocabulary.split("a\u000Bb a\u2028a")).containsExactly("▁a", "b", "▁a", "▁a");
    }

    @Test
    void punctuationAndIdeographsAreWordsOfTheirOwn() {
        var vocabulary = words("▁a", "▁!", "▁$", "▁你", "▁好", "▁。", "▁+", "b");
        assertThat(vocabulary.split("a!$a你好。a+b")).containsExactly("▁a", "▁!", "▁$", "▁a", "▁你", "▁好", "▁。", "▁a", "▁+", "[UNK]");
    }

    @Test
    void hangulIsDecomposedLikeAccents() {
        assertThat(words("▁ᄒ", "ᅡ", "ᆫ").split("한")).containsExactly("▁ᄒ", "ᅡ", "ᆫ");
    }

    @Test
    void decompositionsAreThoseOfTheJdk() {
        for (int c = 0; c < 0x30000; c++) { // nothing is decomposed beyond
            if (!Character.isDefined(c) || Character.getType(c) == Character.SURROGATE) {
                continue;
            }
            int index = Decomposition.indexOf(c);
            var decomposed = new StringBuilder();
            for (int i = 0; index >= 0 && Decomposition.part(index, i) != 0; i++) {
                decomposed.appendCodePoint(Decomposition.part(index, i));
            }
            String expected = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
            if (!(index < 0 ? Character.toString(c) : decomposed.toString()).equals(expected)) {
                throw new AssertionError(String.format("U+%04X", c));
            }
        }
    }

    @Test
    void metadataMayKeepCaseAndAccents() {
        var cased = words("▁Café", "▁Cafe", "▁cafe", "▁café");
        cased.more.put("normalizer.lowercase", new Metadata.BooleanValue(false));
        assertThat(cased.split("Café")).containsExactly("▁Café");
        cased.more.put("normalizer.strip_accents", new Metadata.BooleanValue(true));
        assertThat(cased.split("Café")).containsExactly("▁Cafe");
        cased.more.put("normalizer.lowercase", new Metadata.BooleanValue(true));
        cased.more.put("normalizer.strip_accents", new Metadata.BooleanValue(false));
        assertThat(cased.split("CAFÉ")).containsExactly("▁café");
    }

    @Test
    void aTextStandsBetweenItsSpecialTokens() {
        Tokenizer tokenizer = words("▁a").tokenizer();
        assertThat(Texts.encode(tokenizer, Texts.utf8("a [CLS]"), true)).startsWith(2, 4).endsWith(3).hasSize(2 + 4);
        assertThat(Texts.encode(tokenizer, new byte[0], true)).containsExactly(2, 3);
        assertThat(tokenizer.addsBeginOfText()).isTrue();
        assertThat(tokenizer.addsEndOfText()).isTrue();
    }

    @Test
    void wordsOfMoreThanAHundredCharactersAreUnknown() {
        var vocabulary = words("▁é", "é");
        vocabulary.more.put("normalizer.lowercase", new Metadata.BooleanValue(false));
        assertThat(vocabulary.split("é".repeat(100))).hasSize(100);
        assertThat(vocabulary.split("é".repeat(101) + " é")).containsExactly("[UNK]", "▁é");
    }

    @Test
    void bytesThatAreNoCharactersAreLeftOut() {
        Tokenizer tokenizer = words("▁ab").tokenizer();
        byte[] text = {'a', (byte) 0xFF, 'b', (byte) 0xE2, (byte) 0x96};
        assertThat(Texts.encode(tokenizer, text, false)).containsExactly(4);
    }

    @Test
    void wordsComeBackWithASpaceBeforeEach() {
        var vocabulary = words("▁un", "able", "▁,");
        Tokenizer tokenizer = vocabulary.tokenizer();
        assertThat(new String(Texts.decode(tokenizer, Texts.encode(tokenizer, "Unable, un")), StandardCharsets.UTF_8))
                .isEqualTo(" unable , un");
    }

    @Test
    void theUsualIdsAreBelievedIfTheirTypesAgree() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "bert";
        for (int id = 0; id < 103; id++) {
            vocabulary.token("[" + id + "]", VocabularyBuilder.CONTROL);
        }
        assertThat(Texts.encode(vocabulary.tokenizer(), Texts.utf8("?"), true)).containsExactly(101, 100, 102);
    }

    @Test
    void aVocabularyWithoutUnknownTokenIsRefused() {
        var vocabulary = words("▁a");
        vocabulary.unkId = -1;
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(vocabulary::tokenizer)
                .withMessageContaining("tokenizer.ggml.unknown_token_id: is missing");
    }

    @Test
    void piecesOfMegabytesAreRefused() {
        var vocabulary = words();
        for (int i = 0; i <= PieceTrie.MAX_TOTAL_BYTES / Pieces.MAX_PIECE_BYTES; i++) {
            vocabulary.token(String.format("%04d", i) + "a".repeat(Pieces.MAX_PIECE_BYTES - 4), VocabularyBuilder.NORMAL);
        }
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(vocabulary::tokenizer).withMessageContaining("bytes together");
    }

    @Test
    @Timeout(60)
    void aMebibyteOfWhatFitsAlmostTakesLinearTime() {
        var vocabulary = words("▁" + "a".repeat(99) + "b");
        for (int length = 1; length < 100; length++) {
            vocabulary.token("a".repeat(length) + "b", VocabularyBuilder.NORMAL);
        }
        for (String text : List.of("a".repeat(1 << 20), ("a".repeat(100) + " ").repeat(10_000))) {
            assertThat(Texts.encode(vocabulary.tokenizer(), text)).containsOnly(UNKNOWN);
        }
    }
}
