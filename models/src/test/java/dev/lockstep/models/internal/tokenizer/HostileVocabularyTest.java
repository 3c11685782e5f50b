package dev.lockstep.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.ModelFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vocabularies that lie: each is refused, and the message names the metadata key. */
class HostileVocabularyTest {
    private static void assertRefused(VocabularyBuilder vocabulary, String key, String problem) {
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(vocabulary::tokenizer)
                .withMessageContaining(problem)
                .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo("tokenizer.ggml." + key))
                .satisfies(refusal -> assertThat(refusal.file()).isEqualTo("test.gguf"));
    }

    private static VocabularyBuilder spm() {
        return VocabularyBuilder.sentencePiece().piece("a", -1);
    }

    private static VocabularyBuilder bytes() {
        return VocabularyBuilder.byteLevel().merge("a b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwkv", "plamo2", "", "LLAMA", "rwkv\u001b[2J"})
    void unknownModelsAreRefusedByName(String model) {
        var vocabulary = spm();
        vocabulary.model = model;
        assertRefused(vocabulary, "model", "supported are llama (SentencePiece BPE), t5 (SentencePiece unigram), gpt2 (byte-level BPE) and bert (WordPiece)");
        assertThatExceptionOfType(ModelFormatException.class).isThrownBy(vocabulary::tokenizer)
                .withMessageContaining("\"" + model.replace("\u001b", "\\u001b") + "\"");
    }

    @Test
    void aMissingModelIsRefused() {
        var vocabulary = spm();
        vocabulary.model = null;
        assertRefused(vocabulary, "model", "is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kimi-k2", "deepseek-llm", "GPT-2", ""})
    void unknownPreTokenizersAreRefusedByName(String pre) {
        var vocabulary = bytes();
        vocabulary.pre = pre;
        assertRefused(vocabulary, "pre", "\"" + pre + "\" is not supported; supported are gpt-2, phi-2");
    }

    @Test
    void anEmptyVocabularyIsRefused() {
        var vocabulary = new VocabularyBuilder();
        vocabulary.model = "llama";
        assertRefused(vocabulary, "tokens", "is empty");
    }

    @Test
    void scoresMustMatchTheTokens() {
        var tooFew = spm();
        tooFew.scores.removeLast();
        assertRefused(tooFew, "scores", "has 259 entries for 260 tokens");
        var tooMany = spm();
        tooMany.scores.add(0f);
        assertRefused(tooMany, "scores", "has 261 entries for 260 tokens");
        var none = spm();
        none.withoutScores = true;
        assertRefused(none, "scores", "is missing");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void scoresMustBeFinite(float score) {
        var vocabulary = spm();
        vocabulary.scores.set(7, score);
        assertRefused(vocabulary, "scores", "token 7 has the score " + score);
    }

    @Test
    void typesMustMatchTheTokens() {
        var tooMany = spm();
        tooMany.types.add(1);
        assertRefused(tooMany, "token_type", "has 261 entries for 260 tokens");
        var tooFew = bytes();
        tooFew.types.removeLast();
        assertRefused(tooFew, "token_type", "has 256 entries for 257 tokens");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, -1, Integer.MAX_VALUE})
    void unknownTypesAreRefused(int type) {
        var vocabulary = spm();
        vocabulary.types.set(259, type);
        assertRefused(vocabulary, "token_type", "token 259 has the unknown type " + type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<0xG0>", "<0x4>", "0x41", "<0x411>", "(0x41>"})
    void byteTokensMustBeSpelledAsBytes(String spelling) {
        assertRefused(spm().token(spelling, VocabularyBuilder.BYTE), "tokens", "token 260 is a byte but");
    }

    @ParameterizedTest
    @ValueSource(longs = {260, 1L << 31, 1L << 32, -2, Long.MIN_VALUE, Long.MAX_VALUE})
    void specialIdsMustBeInTheVocabulary(long id) {
        var bos = spm();
        bos.bosId = id;
        assertRefused(bos, "bos_token_id", "id=" + id + " is not in the vocabulary of 260 tokens");
        var eos = spm();
        eos.eosId = id;
        assertRefused(eos, "eos_token_id", "id=" + id);
        var eot = spm();
        eot.eotId = id;
        assertRefused(eot, "eot_token_id", "id=" + id);
        var eom = spm();
        eom.eomId = id;
        assertRefused(eom, "eom_token_id", "id=" + id);
        var unk = spm();
        unk.unkId = id;
        assertRefused(unk, "unknown_token_id", "id=" + id);
    }

    @Test
    void addingATokenThatDoesNotExistIsRefused() {
        var begin = bytes();
        begin.addBos = true;
        assertRefused(begin, "add_bos_token", "tokenizer.ggml.bos_token_id is missing");
        var end = bytes();
        end.addEos = true;
        assertRefused(end, "add_eos_token", "tokenizer.ggml.eos_token_id is missing");
    }

    @Test
    void aByteThatCannotBeSpelledIsRefused() {
        var spm = spm();
        spm.types.set(0, VocabularyBuilder.NORMAL);
        spm.types.set(3 + 0x41, VocabularyBuilder.NORMAL);
        assertRefused(spm, "tokens", "no token for byte 0x41");
        var endInsteadOfUnknown = spm();
        endInsteadOfUnknown.types.set(3 + 0x41, VocabularyBuilder.NORMAL);
        endInsteadOfUnknown.unkId = 2;
        assertRefused(endInsteadOfUnknown, "tokens", "no token for byte 0x41");
        var ascii = bytes();
        ascii.tokens.set('x', "unrelated");
        assertRefused(ascii, "tokens", "no token for byte 0x78");
        var replacement = bytes();
        replacement.tokens.set(0xFF, "unrelated");
        replacement.tokens.set(0xBF, "unrelated too");
        assertRefused(replacement, "tokens", "no token for byte 0xBF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "", " ", "a ", " b", "a  b", "a b ", " a b", "a b c"})
    void mergesMustBeTwoTokensWithOneSpace(String line) {
        var vocabulary = bytes();
        vocabulary.merges.add(line);
        assertRefused(vocabulary, "merges", "merge 1 is not two tokens with one space between them: \"" + line + "\"");
    }

    @Test
    void partsAndResultOfAMergeMustExist() {
        var vocabulary = bytes();
        vocabulary.merges.add("xy z");
        assertRefused(vocabulary, "merges", "its left part is no text token");
        vocabulary.merges.set(1, "z xy");
        assertRefused(vocabulary, "merges", "its right part is no text token");
        vocabulary.merges.set(1, "x y");
        assertRefused(vocabulary, "merges", "its result is no text token");
    }

    @Test
    void mergesMustNotMakeControlTokens() {
        var vocabulary = bytes().merge("< s").merge("<s >");
        vocabulary.types.set(vocabulary.id("<s>"), VocabularyBuilder.CONTROL);
        assertRefused(vocabulary, "merges", "its result is no text token");
    }

    @Test
    void aByteLevelVocabularyNeedsMerges() {
        assertRefused(VocabularyBuilder.byteLevel(), "merges", "is missing");
    }

    @Test
    void piecesOfAbsurdLengthAreRefused() {
        assertThat(spm().piece("a".repeat(Pieces.MAX_PIECE_BYTES), -1).tokenizer().maxTokenBytes()).isEqualTo(4096);
        assertRefused(spm().piece("a".repeat(Pieces.MAX_PIECE_BYTES + 1), -1), "tokens", "the limit is 4096");
        assertRefused(spm().token("a".repeat(LiteralTokens.MAX_BYTES + 1), VocabularyBuilder.USER_DEFINED),
                "tokens", "the limit is 512");
    }

    @Test
    void emptyAndMalformedPiecesAreHarmless() {
        var vocabulary = spm().token("", VocabularyBuilder.NORMAL).token("", VocabularyBuilder.USER_DEFINED);
        assertThat(vocabulary.split("aa")).containsExactly("<0x20>", "a", "a");
        var characters = bytes().token("中", VocabularyBuilder.NORMAL).token("", VocabularyBuilder.USER_DEFINED);
        assertThat(Texts.decode(characters.tokenizer(), characters.id("中"))).isEqualTo(Texts.utf8("中"));
    }

    @Test
    void withoutTypesBytesAreKnownByTheirSpelling() {
        var vocabulary = spm();
        vocabulary.withoutTypes = true;
        vocabulary.bosId = 1;
        vocabulary.eosId = 2;
        assertThat(vocabulary.split("aé<s>")).containsExactly("<0x20>", "a", "<0xC3>", "<0xA9>", "<0x3C>", "<0x73>",
                "<0x3E>");
    }
}
