package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.Metadata;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.models.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class UnigramTokenizerTest {
    /** {@code <pad> </s> <unk>} as ids 0 to 2, spaces merged and one in front, as T5 has it. */
    private static VocabularyBuilder t5() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "t5";
        vocabulary.token("<pad>", VocabularyBuilder.CONTROL).token("</s>", VocabularyBuilder.CONTROL)
                .token("<unk>", VocabularyBuilder.UNKNOWN);
        vocabulary.addSpacePrefix = true;
        vocabulary.more.put("remove_extra_whitespaces", new Metadata.BooleanValue(true));
        return vocabulary;
    }

    @Test
    void theBestSumOfScoresWinsNotTheLongestPiece() {
        var vocabulary = t5().piece("▁", -2).piece("▁a", -2.5).piece("b", -3).piece("bc", -1).piece("▁ab", -3).piece("c", -3);
        assertThat(vocabulary.split("abc")).containsExactly("▁a", "bc");
        assertThat(vocabulary.split("ab")).containsExactly("▁ab");
    }

    @Test
    void ofEqualSumsTheOneThatIsFoundFirstWins() {
        var vocabulary = t5().piece("▁", 0).piece("a", -1).piece("aa", -2);
        assertThat(vocabulary.split("aaa")).containsExactly("▁", "a", "aa");
    }

    @Test
    void neighboursThatAreNoPiecesAreOneUnknownToken() {
        var vocabulary = t5().piece("▁", -1).piece("a", -1);
        assertThat(vocabulary.split("a中文a中 中")).containsExactly("▁", "a", "<unk>", "a", "<unk>", "▁", "<unk>");
    }

    @Test
    void theyAreBytesWhereTheVocabularyHasThem() {
        var vocabulary = t5().piece("▁", -1).piece("a", -1);
        for (int value = 0; value < 256; value++) {
            vocabulary.token(String.format("<0x%02X>", value), VocabularyBuilder.BYTE);
        }
        assertThat(vocabulary.split("aéb")).containsExactly("▁", "a", "<0xC3>", "<0xA9>", "<0x62>");
    }

    @Test
    void superfluousSpacesAreDroppedIfMetadataSaysSo() {
        var vocabulary = t5().piece("▁", -1).piece("a", -1).piece("▁a", -1);
        assertThat(vocabulary.split("  a  a ")).containsExactly("▁a", "▁a");
        assertThat(Texts.encode(vocabulary.tokenizer(), "   ")).isEmpty();
        vocabulary.more.clear();
        assertThat(vocabulary.split(" a  a ")).containsExactly("▁", "▁a", "▁", "▁a", "▁");
        vocabulary.addSpacePrefix = null;
        assertThat(vocabulary.split("a a")).containsExactly("a", "▁a");
    }

    @Test
    void textsEndWithTheEndToken() {
        Tokenizer tokenizer = t5().piece("▁", -1).piece("a", -1).tokenizer();
        assertThat(Texts.encode(tokenizer, Texts.utf8("a</s>"), true)).startsWith(3, 4).endsWith(1).hasSize(4);
        assertThat(tokenizer.isEndOfText(1)).isTrue();
        assertThat(new String(Texts.decode(tokenizer, 3, 4, 3), StandardCharsets.UTF_8)).isEqualTo(" a ");
    }

    @Test
    void paddingIsNeverMadeOfText() {
        assertThat(t5().piece("[", -1).piece("▁", -1).token("[PAD5]", VocabularyBuilder.UNUSED).split("[PAD5]")).doesNotContain("[PAD5]");
    }

    /** Units of one trie over single bytes, laid out by hand: the root's children are at {@code 256 ^ byte}. */
    private static Metadata.Value charsMap(Map<Character, String> replacements) {
        int[] units = new int[2048];
        units[0] = 256 << 10;
        var texts = new ByteArrayOutputStream();
        int leaf = 1024;
        for (var entry : replacements.entrySet()) {
            int node = 256 ^ entry.getKey();
            units[node] = (node ^ leaf) << 10 | 1 << 8 | entry.getKey();
            units[leaf++] = 1 << 31 | texts.size();
            texts.writeBytes(entry.getValue().getBytes(StandardCharsets.UTF_8));
            texts.write(0);
        }
        List<Integer> bytes = new ArrayList<>();
        addLittleEndian(bytes, units.length * 4);
        for (int unit : units) {
            addLittleEndian(bytes, unit);
        }
        for (byte value : texts.toByteArray()) {
            bytes.add((int) value);
        }
        return Metadata.NumberListValue.of(bytes.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void addLittleEndian(List<Integer> bytes, int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.add(value >>> shift & 0xFF);
        }
    }

    @Test
    void charactersAreReplacedAsTheMapSays() {
        var vocabulary = t5().piece("▁", -1).piece("a", -1).piece("bb", -1);
        vocabulary.more.put("precompiled_charsmap", charsMap(new LinkedHashMap<>(Map.of('A', "a", '\t', " ", 'B', "bb", '!', ""))));
        assertThat(vocabulary.split("A\t \ta!B")).containsExactly("▁", "a", "▁", "a", "bb");
    }

    @Test
    void mapsThatMakeALongTextOfAShortOneAreRefused() {
        var vocabulary = t5().piece("▁", -1).piece("a", -1);
        vocabulary.more.put("precompiled_charsmap", charsMap(Map.of('A', "a".repeat(CharsMap.MAX_GROWTH))));
        assertThat(vocabulary.split("A")).hasSize(1 + CharsMap.MAX_GROWTH);
        vocabulary.more.put("precompiled_charsmap", charsMap(Map.of('A', "a".repeat(CharsMap.MAX_GROWTH + 1))));
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(vocabulary::tokenizer).withMessageContaining("more than 16 bytes");
    }

    @Test
    void mapsThatContradictThemselvesAreRefused() {
        var vocabulary = t5().piece("▁", -1);
        for (int[] map : new int[][] {{1}, {0, 0, 0, 0, 1}, {4, 0, 0, 0, 1, 2, 3, 4}, {3, 0, 0, 0, 1, 2, 3, 0}, {4, 0, 0, 0, 1, 2, 3, 4, 'a'},
                {255, 255, 255, 255, 0}}) {
            vocabulary.more.put("precompiled_charsmap", Metadata.NumberListValue.of(map));
            assertThatExceptionOfType(ModelFormatException.class).isThrownBy(vocabulary::tokenizer)
                    .withMessageContaining("precompiled_charsmap");
        }
    }

    @Test
    void arraysOfAnyContentAreWalkedWithinTheirBounds() {
        var random = new SplittableRandom(0xDA275L);
        for (int round = 0; round < 300; round++) {
            int[] map = new int[4 + 4 * 600 + 8];
            for (int i = 0; i < map.length - 1; i++) {
                map[i] = random.nextInt(3) == 0 ? random.nextInt(256) : 0;
            }
            map[0] = 4 * 600 & 0xFF;
            map[1] = 4 * 600 >> 8;
            map[2] = 0;
            map[3] = 0;
            var vocabulary = t5().piece("▁", -1);
            vocabulary.more.put("precompiled_charsmap", Metadata.NumberListValue.of(map));
            assertThat(Texts.encode(vocabulary.tokenizer(), "abc中\u0001\u0002xyz")).isNotEmpty();
        }
    }

    @Test
    void vocabulariesWithoutUnknownTokenOrScoresAreRefused() {
        var silent = t5().piece("▁", -1);
        silent.types.set(2, VocabularyBuilder.NORMAL);
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(silent::tokenizer).withMessageContaining("unknown_token_id");
        var unscored = t5();
        unscored.withoutScores = true;
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(unscored::tokenizer).withMessageContaining("compares scores");
    }

    @Test
    void theResultIsTheBestOfAllWays() {
        var vocabulary = t5().piece("▁", -1.5).piece("a", -2).piece("b", -2.25).piece("ab", -3).piece("ba", -3.5).piece("aba", -5)
                .piece("bb", -4.75).piece("▁a", -3);
        Tokenizer tokenizer = vocabulary.tokenizer();
        var random = new SplittableRandom(0x0F1B3L);
        for (int round = 0; round < 300; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(9); i >= 0; i--) {
                text.append(random.nextBoolean() ? 'a' : 'b');
            }
            double score = 0;
            for (int id : Texts.encode(tokenizer, text.toString())) {
                score += vocabulary.scores.get(id);
            }
            assertThat(score).as("round %d", round).isEqualTo(best(vocabulary, "▁" + text));
        }
    }

    private static double best(VocabularyBuilder vocabulary, String rest) {
        if (rest.isEmpty()) {
            return 0;
        }
        double best = Double.NEGATIVE_INFINITY;
        for (int id = 3; id < vocabulary.tokens.size(); id++) {
            if (rest.startsWith(vocabulary.tokens.get(id))) {
                best = Math.max(best, vocabulary.scores.get(id) + best(vocabulary, rest.substring(vocabulary.tokens.get(id).length())));
            }
        }
        return best;
    }

    @Test
    @Timeout(60)
    void aLongTextOfOneLetterTakesAsLongAsThePiecesAllow() {
        var vocabulary = t5().piece("▁", -1);
        for (int length = 1; length <= 64; length++) {
            vocabulary.piece("a".repeat(length), -length);
        }
        assertThat(Texts.encode(vocabulary.tokenizer(), "a".repeat(1 << 18))).hasSizeGreaterThan(1 << 11);
    }
}
