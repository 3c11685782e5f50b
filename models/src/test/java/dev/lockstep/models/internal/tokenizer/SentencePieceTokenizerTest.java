package dev.lockstep.models.internal.tokenizer;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.loader.Metadata;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.securemem.SecureArena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SentencePieceTokenizerTest {
    /** Letters a to d and the space, no prefix; pairs are added by each test. */
    private static VocabularyBuilder letters() {
        var vocabulary = VocabularyBuilder.sentencePiece();
        for (String letter : List.of("▁", "a", "b", "c", "d")) {
            vocabulary.piece(letter, -1000);
        }
        vocabulary.addSpacePrefix = false;
        return vocabulary;
    }

    @Test
    void thePieceWithTheHighestScoreIsJoinedFirst() {
        assertThat(letters().piece("ab", -2).piece("bc", -1).split("abc")).containsExactly("a", "bc");
        assertThat(letters().piece("ab", -1).piece("bc", -2).split("abc")).containsExactly("ab", "c");
        assertThat(letters().piece("ab", 3).piece("bc", 2.5).split("abc")).containsExactly("ab", "c");
        assertThat(letters().piece("ab", -3).piece("bc", 2).split("abc")).containsExactly("a", "bc");
    }

    @Test
    void amongEqualScoresTheLeftmostPairIsJoinedFirst() {
        assertThat(letters().piece("ab", -1).piece("bc", -1).split("abc")).containsExactly("ab", "c");
        assertThat(letters().piece("aa", -1).split("aaaaa")).containsExactly("aa", "aa", "a");
        assertThat(letters().piece("ab", 0.0).piece("bc", -0.0).split("abc")).containsExactly("ab", "c");
    }

    @Test
    void joinedSymbolsAreJoinedFurther() {
        var vocabulary = letters().piece("ab", -1).piece("cd", -2).piece("abcd", -3).piece("▁abcd", -4);
        assertThat(vocabulary.split("abcd abcd")).containsExactly("abcd", "▁abcd");
    }

    @Test
    void aPieceMayConsistOfCharactersThatAreNone() {
        assertThat(letters().piece("xy", -1).split("axyx")).containsExactly("a", "xy", "<0x78>");
    }

    @Test
    void charactersThatAreNoPieceBecomeTheirBytes() {
        assertThat(letters().split("aé😀")).containsExactly("a", "<0xC3>", "<0xA9>", "<0xF0>", "<0x9F>", "<0x98>",
                "<0x80>");
    }

    @Test
    void charactersWithoutByteTokensBecomeOneUnknownEach() {
        var vocabulary = letters();
        vocabulary.types.set(vocabulary.id("<0xA9>"), VocabularyBuilder.NORMAL);
        assertThat(vocabulary.split("éaéè")).containsExactly("<unk>", "a", "<unk>", "<0xC3>", "<0xA8>");
    }

    @Test
    void malformedBytesAreUnitsOfTheirOwn() {
        byte[] text = {'a', (byte) 0xC3, 'b', (byte) 0xE2, (byte) 0x96, 'c', (byte) 0xFF, (byte) 0xED, (byte) 0xA0};
        Tokenizer tokenizer = letters().piece("ab", -1).tokenizer();
        int[] ids = Texts.encode(tokenizer, text, false);
        assertThat(Arrays.stream(ids).mapToObj(tokenizer::piece)).containsExactly("a", "<0xC3>", "b", "<0xE2>",
                "<0x96>", "c", "<0xFF>", "<0xED>", "<0xA0>");
        assertThat(Texts.decode(tokenizer, ids)).isEqualTo(text);
    }

    @Test
    void textsGetASpaceInFrontUnlessMetadataDeniesIt() {
        var vocabulary = letters().piece("▁a", -1);
        vocabulary.addSpacePrefix = null;
        assertThat(vocabulary.split("a a")).containsExactly("▁a", "▁a");
        assertThat(vocabulary.split(" a")).containsExactly("▁", "▁a");
        vocabulary.addSpacePrefix = true;
        assertThat(vocabulary.split("b")).containsExactly("▁", "b");
        vocabulary.addSpacePrefix = false;
        assertThat(vocabulary.split("a a")).containsExactly("a", "▁a");
    }

    @Test
    void emptyTextHasNoTokensButTheSpecialOnes() {
        var vocabulary = letters();
        vocabulary.addSpacePrefix = true;
        vocabulary.addEos = true;
        assertThat(Texts.encode(vocabulary.tokenizer(), new byte[0], false)).isEmpty();
        assertThat(Texts.encode(vocabulary.tokenizer(), new byte[0], true)).containsExactly(1, 2);
    }

    @Test
    void beginAndEndFollowMetadataAndConvention() {
        Tokenizer usual = letters().tokenizer();
        assertThat(usual.beginOfText()).hasValue(1);
        assertThat(usual.endOfText()).hasValue(2);
        assertThat(usual.addsBeginOfText()).isTrue();
        assertThat(usual.addsEndOfText()).isFalse();

        var named = letters().token("<turn>", VocabularyBuilder.CONTROL).token("<msg>", VocabularyBuilder.CONTROL);
        named.addBos = false;
        named.bosId = 2;
        named.eosId = 1;
        named.eotId = named.id("<turn>");
        named.eomId = named.id("<msg>");
        Tokenizer tokenizer = named.tokenizer();
        assertThat(tokenizer.beginOfText()).hasValue(2);
        assertThat(tokenizer.addsBeginOfText()).isFalse();
        assertThat(tokenizer.isEndOfText(1)).isTrue();
        assertThat(tokenizer.isEndOfText(named.id("<turn>"))).isTrue();
        assertThat(tokenizer.isEndOfText(named.id("<msg>"))).isTrue();
        assertThat(tokenizer.isEndOfText(2)).isFalse();
        assertThat(tokenizer.isEndOfText(-1)).isFalse();
    }

    @Test
    void withoutConventionalTokensThereIsNoBeginAndNoEnd() {
        var vocabulary = letters();
        vocabulary.types.set(1, VocabularyBuilder.NORMAL);
        vocabulary.types.set(2, VocabularyBuilder.NORMAL);
        Tokenizer tokenizer = vocabulary.tokenizer();
        assertThat(tokenizer.beginOfText()).isEmpty();
        assertThat(tokenizer.endOfText()).isEmpty();
        assertThat(tokenizer.addsBeginOfText()).isFalse();
    }

    @Test
    void tokensThatUsuallyEndAnAnswerDoSoByTheirSpelling() {
        var vocabulary = letters().token("<|im_end|>", VocabularyBuilder.CONTROL).token("<|eot_id|>", VocabularyBuilder.NORMAL)
                .token("<|end|>", VocabularyBuilder.USER_DEFINED);
        Tokenizer tokenizer = vocabulary.tokenizer();
        assertThat(tokenizer.isEndOfText(vocabulary.id("<|im_end|>"))).isTrue();
        assertThat(tokenizer.isEndOfText(vocabulary.id("<|end|>"))).isTrue();
        assertThat(tokenizer.isEndOfText(vocabulary.id("<|eot_id|>"))).isFalse();
        assertThat(vocabulary.split("<|end|>")).doesNotContain("<|end|>");
        vocabulary.token("<|return|>", VocabularyBuilder.CONTROL).token("<|call|>", VocabularyBuilder.CONTROL);
        assertThat(vocabulary.tokenizer().isEndOfText(vocabulary.id("<|end|>"))).isFalse();
    }

    @Test
    void mergesCountWhereThereAreSome() {
        var vocabulary = letters().piece("bc", -1).piece("ab", -2);
        assertThat(vocabulary.split("abc")).containsExactly("a", "bc");
        vocabulary.merges.add("a b");
        assertThat(vocabulary.split("abc")).containsExactly("ab", "c");
    }

    @Test
    void theSpacePrefixMayBeForTheBeginOfTheTextOnlyAndWhereThereIsNone() {
        var vocabulary = letters().token("[x]", VocabularyBuilder.USER_DEFINED);
        vocabulary.addSpacePrefix = true;
        assertThat(vocabulary.split("a[x]b")).containsExactly("▁", "a", "[x]", "▁", "b");
        assertThat(vocabulary.split(" a[x]b")).containsExactly("▁", "▁", "a", "[x]", "▁", "b");
        vocabulary.own("space_prefix", new Metadata.TextValue("metaspace-first"));
        assertThat(vocabulary.split("a[x]b")).containsExactly("▁", "a", "[x]", "b");
        assertThat(vocabulary.split(" a[x] b")).containsExactly("▁", "a", "[x]", "▁", "b");
        assertThat(vocabulary.split("[x]b")).containsExactly("[x]", "b");
    }

    @Test
    void controlTextStaysText() {
        var vocabulary = letters().piece("<", -9).piece("s", -9).piece(">", -9).piece("<s", -1).piece("<0x", -1);
        assertThat(vocabulary.split("<s>a<0x41>")).startsWith("<s", ">", "a").doesNotContain("<s>", "<0x41>");
    }

    @Test
    void aTokenThatEndsTextsIsControlWhateverItsType() {
        for (int type : new int[] {VocabularyBuilder.NORMAL, VocabularyBuilder.USER_DEFINED}) {
            var vocabulary = letters().piece("<", -9).piece("|", -9).token("<|", type);
            vocabulary.eosId = vocabulary.id("<|");
            assertThat(vocabulary.split("<|")).containsExactly("<", "|");
            assertThat(Texts.decode(vocabulary.tokenizer(), vocabulary.id("<|"))).isEmpty();
        }
    }

    @Test
    void userDefinedTokensAreMatchedLongestFirstAndGetAPrefixAfterThem() {
        var vocabulary = letters().token("[x]", VocabularyBuilder.USER_DEFINED)
                .token("[x][y]", VocabularyBuilder.USER_DEFINED);
        assertThat(vocabulary.split("a[x]b[x][y][x")).containsExactly("a", "[x]", "b", "[x][y]", "<0x5B>", "<0x78>");
        vocabulary.addSpacePrefix = true;
        assertThat(vocabulary.split("a[x]b[x]")).containsExactly("▁", "a", "[x]", "▁", "b", "[x]");
        assertThat(vocabulary.split("[x][x]")).containsExactly("[x]", "[x]");
    }

    @Test
    void userDefinedBlanksMatchSpaces() {
        var vocabulary = letters().token("▁▁", VocabularyBuilder.USER_DEFINED);
        assertThat(vocabulary.split("a   b")).containsExactly("a", "▁▁", "▁", "b");
        assertThat(Texts.decode(vocabulary.tokenizer(), vocabulary.id("▁▁"))).isEqualTo(Texts.utf8("  "));
    }

    @Test
    void aSpaceMarkInTheTextComesBackAsItWas() {
        Tokenizer tokenizer = letters().piece("▁a", -1).tokenizer();
        byte[] text = Texts.utf8("▁a a");
        assertThat(Texts.decode(tokenizer, Texts.encode(tokenizer, text, false))).isEqualTo(text);
    }

    @Test
    void ofEqualPiecesTheFirstIsUsed() {
        var vocabulary = letters().piece("ab", -1).piece("ab", -1);
        assertThat(Texts.encode(vocabulary.tokenizer(), "ab")).containsExactly(vocabulary.tokens.size() - 2);
    }

    @Test
    void controlAndUnknownTokensStandForNothing() {
        Tokenizer tokenizer = letters().tokenizer();
        assertThat(Texts.decode(tokenizer, 0, 1, 2)).isEmpty();
        assertThat(Texts.decode(tokenizer, 3 + 'x')).isEqualTo(Texts.utf8("x"));
        assertThat(tokenizer.piece(1)).isEqualTo("<s>");
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        Tokenizer tokenizer = letters().tokenizer();
        for (int id : new int[] {-1, tokenizer.vocabularySize(), Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.piece(id))
                    .withMessageContaining("id=" + id);
            assertThatIllegalArgumentException().isThrownBy(() -> Texts.decode(tokenizer, id));
        }
    }

    @Test
    void aDestinationThatIsTooSmallStaysUnchanged() {
        Tokenizer tokenizer = letters().piece("abcd", -1).tokenizer();
        int id = tokenizer.vocabularySize() - 1;
        try (var arena = SecureArena.open("test")) {
            var small = arena.allocate(8);
            assertThatThrownBy(() -> tokenizer.decode(id, small, 5)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(small.getAtIndex(JAVA_INT, 0)).isZero();
            assertThat(small.getAtIndex(JAVA_INT, 1)).isZero();
            assertThat(tokenizer.decode(id, small, 4)).isEqualTo(4);
        }
    }

    @Test
    void theResultIsAllThatIsAllocatedFromTheCallersArena() {
        Tokenizer tokenizer = letters().tokenizer();
        try (var text = SecureArena.open("text"); var arena = SecureArena.open("ids")) {
            var ids = tokenizer.encode(text.allocateFrom("abc").asSlice(0, 3), true, arena);
            assertThat(ids.byteSize()).isEqualTo(4 * Integer.BYTES);
            assertThat(ids.isNative()).isTrue();
            assertThat(arena.allocatedBytes()).isEqualTo(ids.byteSize());
        }
    }

    @Test
    @Timeout(60)
    void aMebibyteOfOneLetterTakesAboutNLogN() {
        var vocabulary = letters();
        for (int length = 2; length <= 64; length *= 2) {
            vocabulary.piece("a".repeat(length), -length);
        }
        int[] ids = Texts.encode(vocabulary.tokenizer(), "a".repeat(1 << 20));
        assertThat(ids).hasSize((1 << 20) / 64).containsOnly(vocabulary.id("a".repeat(64)));
    }

    @Test
    @Timeout(60)
    void aMebibyteThatNothingCanSpellIsBytes() {
        assertThat(Texts.encode(letters().tokenizer(), "é".repeat(1 << 19))).hasSize(1 << 20);
    }

    @Test
    void manyThreadsMayShareATokenizer() throws Exception {
        Tokenizer tokenizer = letters().piece("ab", -1).piece("cd", -2).piece("abcd", -3).tokenizer();
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            byte[] text = "abcd ".repeat(i * 10 + 1).getBytes(StandardCharsets.UTF_8);
            work.add(() -> Arrays.equals(text, Texts.decode(tokenizer, Texts.encode(tokenizer, text, true))));
        }
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Boolean> same : threads.invokeAll(work)) {
                assertThat(same.get()).isTrue();
            }
        }
    }
}
