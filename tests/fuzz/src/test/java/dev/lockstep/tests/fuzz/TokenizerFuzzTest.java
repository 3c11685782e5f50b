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
            Vocabularies.byteLevel("qwen2", true));

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

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
