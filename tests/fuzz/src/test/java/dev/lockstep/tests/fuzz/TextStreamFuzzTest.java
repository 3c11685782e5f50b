package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.models.Tokenizer;
import dev.lockstep.models.internal.tokenizer.TextStream;
import dev.lockstep.securemem.SecureArena;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Any ids as a generated text: every piece that comes out is whole characters, and together they are the tokens' bytes. */
class TextStreamFuzzTest {
    private static final Tokenizer BYTES = Vocabularies.byteLevel("llama-bpe", true);
    private static final Tokenizer SPACES = Vocabularies.sentencePiece(true, true);

    @FuzzTest
    void givesWholeCharacters(byte[] ids) throws Exception {
        check(ids);
    }

    static void check(byte[] input) throws Exception {
        Parsing.accepts(input.length, Set.of(), () -> {
            int[] ids = ids(input, BYTES);
            String expected = new String(Tokens.decode(BYTES, ids), StandardCharsets.UTF_8);
            assertThat(oneForMany(stream(BYTES, ids))).isEqualTo(oneForMany(expected));
            stream(SPACES, ids(input, SPACES));
        });
    }

    /**
     * The text with one U+FFFD for any number in a row. The JDK takes the two bytes ED A0 for one fault; after the Unicode
     * standard (section 3.9, maximal subparts) they are two, as in the stream.
     */
    private static String oneForMany(String text) {
        return text.replaceAll("\ufffd+", "\ufffd");
    }

    /** Two bytes of the input for each id. */
    private static int[] ids(byte[] input, Tokenizer tokenizer) {
        int[] ids = new int[input.length / 2];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ((input[2 * i] & 0xFF) << 8 | input[2 * i + 1] & 0xFF) % tokenizer.vocabularySize();
        }
        return ids;
    }

    private static String stream(Tokenizer tokenizer, int[] ids) throws CharacterCodingException {
        var text = new ByteArrayOutputStream();
        try (var arena = SecureArena.open("fuzzed text"); var stream = new TextStream(tokenizer, true, arena)) {
            for (int id : ids) {
                text.writeBytes(wholeCharacters(stream.accept(id)));
            }
            text.writeBytes(wholeCharacters(stream.flush()));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** @throws CharacterCodingException if the bytes are not well-formed UTF-8, which is a finding */
    private static byte[] wholeCharacters(MemorySegment utf8) throws CharacterCodingException {
        byte[] bytes = utf8.toArray(ValueLayout.JAVA_BYTE);
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        return bytes;
    }
}
