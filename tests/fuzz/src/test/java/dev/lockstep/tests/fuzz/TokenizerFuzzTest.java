package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Any bytes as a text, for every kind of tokenizer and splitting rule: it comes back as it was. */
class TokenizerFuzzTest {
    private static final List<Tokenizer> EXACT = List.of(
            Vocabularies.sentencePiece(false, false),
            Vocabularies.sentencePiece(false, true),
            Vocabularies.byteLevel(null, false),
            Vocabularies.byteLevel("starcoder", true),
            Vocabularies.byteLevel("llama-bpe", false),
            Vocabularies.byteLevel("dbrx", true),
            Vocabularies.byteLevel("qwen2", true),
            Vocabularies.byteLevel("gpt-4o", false),
            Vocabularies.byteLevel("deepseek-v3", true),
            Vocabularies.byteLevel("deepseek-coder", false),
            Vocabularies.byteLevel("viking", false));

    /** Whose texts need not come back. */
    private static final List<Tokenizer> NORMALIZING = List.of(
            Vocabularies.unigram(false),
            Vocabularies.unigram(true),
            Vocabularies.wordPiece(true),
            Vocabularies.wordPiece(false));

    private static final Tokenizer SPACE_FIRST = Vocabularies.sentencePiece(true, false);
    private static final Tokenizer SPACES_BETWEEN = Vocabularies.sentencePiece(true, true);

    @FuzzTest
    void textComesBack(byte[] text) throws Exception {
        check(text);
    }

    static void check(byte[] text) throws Exception {
        Parsing.accepts(text.length, Set.of(), () -> {
            for (Tokenizer tokenizer : EXACT) {
                assertThat(Tokens.decode(tokenizer, encode(tokenizer, text))).isEqualTo(text);
            }
            for (Tokenizer tokenizer : NORMALIZING) {
                Tokens.decode(tokenizer, normalized(tokenizer, text));
            }
            String space = text.length == 0 ? "" : " ";
            assertThat(latin1(Tokens.decode(SPACE_FIRST, encode(SPACE_FIRST, text)))).isEqualTo(space + latin1(text));
            // Every stretch between user-defined tokens gets a space, so spaces are all that may differ.
            assertThat(latin1(Tokens.decode(SPACES_BETWEEN, encode(SPACES_BETWEEN, text))).replace(" ", ""))
                    .isEqualTo(latin1(text).replace(" ", ""));
        });
    }

    /** The ids of a text, of which none may be out of range or a control token. */
    private static int[] encode(Tokenizer tokenizer, byte[] text) {
        int[] ids = Tokens.encode(tokenizer, text, false);
        for (int id : ids) {
            if (id < Vocabularies.CONTROLS || id >= tokenizer.vocabularySize()) {
                throw new AssertionError("text became token " + id + " of " + tokenizer.vocabularySize());
            }
        }
        assertThat(Tokens.encode(tokenizer, text, true)).hasSize(ids.length + 2).startsWith(1).endsWith(2);
        return ids;
    }

    /** The ids of a text, of which the only one that may be a control token is the one for what is unknown. */
    private static int[] normalized(Tokenizer tokenizer, byte[] text) {
        int[] ids = Tokens.encode(tokenizer, text, false);
        for (int id : ids) {
            if (id > 0 && id < Vocabularies.CONTROLS || id >= tokenizer.vocabularySize()) {
                throw new AssertionError("text became token " + id + " of " + tokenizer.vocabularySize());
            }
        }
        return ids;
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
